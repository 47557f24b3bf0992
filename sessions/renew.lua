#!lua
-- Lengthens a lease.
-- KEYS: state, ready
-- ARGV: user, token, lease ms
-- Answers {'ok'}, {'stale'}
local state, ready = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', state, 'token', 'holder')
if tonumber(lease[1] or 0) ~= tonumber(ARGV[2]) or lease[2] == '' then
    return {'stale'}
end
redis.call('HSET', state, 'until', now + ARGV[3])
redis.call('ZADD', ready, 'XX', now + ARGV[3], ARGV[1])
return {'ok'}
