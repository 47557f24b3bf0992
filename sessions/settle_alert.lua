#!lua
-- What became of an alert, told by whoever has it.
-- KEYS: due, items
-- ARGV: id, attempt it was taken for, targets that have it, ms until the others are tried again or 0
-- Answers {'ok'}, {'stale'}: another has it, or it is gone
local due, items = unpack(KEYS)
local id, retry = ARGV[1], tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local attempt, rest = string.match(redis.call('HGET', items, id) or '', '^(%d+) %d+ (.*)$')
if attempt ~= ARGV[2] then
    return {'stale'}
end
if retry == 0 then
    redis.call('ZREM', due, id)
    redis.call('HDEL', items, id)
else
    redis.call('ZADD', due, now + retry, id)
    redis.call('HSET', items, id, attempt .. ' ' .. ARGV[3] .. ' ' .. rest)
end
return {'ok'}
