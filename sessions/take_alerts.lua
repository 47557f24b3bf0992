#!lua
-- Gives the oldest alerts that are due to one agent, for a while. That somebody asks is what makes
-- alerts be kept. Those that nobody could be told for KEPT_MS are given up.
-- KEYS: due, items, wanted
-- ARGV: ms that they are nobody else's, most alerts, ms that asking counts
-- Answers {'ok', alerts given up, then of each attempt, targets that have it, held back, record}
local due, items, wanted = unpack(KEYS)
local KEPT_MS = 86400000
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

redis.call('SET', wanted, 1, 'PX', ARGV[3])
local answer, lost = {'ok', 0}, 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, ARGV[2])) do
    local item = redis.call('HGET', items, id)
    local attempt, sent, held, made, size, rest =
        string.match(item, '^(%d+) (%d+) (%d+) (%d+) (%d+):(.*)$')
    if made + KEPT_MS <= now then
        redis.call('ZREM', due, id)
        redis.call('HDEL', items, id)
        lost = lost + 1
    else
        attempt = attempt + 1
        redis.call('ZADD', due, now + ARGV[1], id)
        redis.call('HSET', items, id, attempt .. ' ' .. sent .. ' ' .. held .. ' ' .. made .. ' ' ..
            size .. ':' .. rest)
        for _, value in ipairs({attempt, tonumber(sent), tonumber(held),
                                string.sub(rest, size + 1)}) do
            answer[#answer + 1] = value
        end
    end
end
answer[2] = lost
return answer
