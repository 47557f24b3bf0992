#!lua flags=no-writes
-- Tells what people of one partition answered to the questions of some days, and what they wrote then.
-- KEYS: surveys, opinions
-- ARGV: first day, last day, most opinions to tell
-- Answers {'ok', days, of each of them ("<day> <rules>", "<counts>"), of each opinion, the newest first,
--          ("<size>:<user><survey>", when)}
local surveys, opinions = unpack(KEYS)
local since, until_, most = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local DAY = 86400000

local answer = {'ok', 0}
local stored = redis.call('HGETALL', surveys)
for i = 1, #stored, 2 do
    local day = tonumber(string.match(stored[i], '^%d+'))
    if day >= since and day <= until_ then
        answer[2] = answer[2] + 1
        answer[#answer + 1] = stored[i]
        answer[#answer + 1] = stored[i + 1]
    end
end
for _, word in ipairs(redis.call('ZRANGE', opinions, '(' .. (until_ + 1) * DAY, since * DAY, 'BYSCORE',
                                 'REV', 'LIMIT', 0, most, 'WITHSCORES')) do
    answer[#answer + 1] = word
end
return answer
