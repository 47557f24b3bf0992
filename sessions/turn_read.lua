#!lua flags=no-writes
-- Shows what turns took, the newest first.
-- KEYS: log of turns, records
-- ARGV: not claimed before, not after ('-inf', '+inf' or ms), only those before this turn or '',
--       most turns
-- Answers {'ok', turn id, '<received> <claimed> <record>', '<first part> <all parts>' or '', turn
--          id …}
local log, records = KEYS[1], KEYS[2]
local since, before, most = ARGV[1], ARGV[3], tonumber(ARGV[4])

local turns
if before == '' then
    turns = redis.call('ZREVRANGEBYSCORE', log, ARGV[2], since, 'LIMIT', 0, most)
else
    local rank = redis.call('ZREVRANK', log, before)
    turns = rank and redis.call('ZREVRANGE', log, rank + 1, rank + most) or {}
end
local answer = {'ok'}
for _, turn in ipairs(turns) do
    local known = redis.call('HMGET', records, turn, 'out ' .. turn)
    for _, value in ipairs({turn, known[1] or '', known[2] or ''}) do
        answer[#answer + 1] = value
    end
end
return answer
