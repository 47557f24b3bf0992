#!lua
-- Lengthens a lease.
-- KEYS: those of outbox.lua
-- ARGV: those of outbox.lua, token, lease ms
-- Answers {'ok', replies that can be delivered now}, {'stale'}
local token = tonumber(ARGV[3])

local lease = redis.call('HMGET', state, 'token', 'holder')
if tonumber(lease[1] or 0) ~= token or lease[2] == '' then
    return {'stale'}
end
redis.call('HSET', state, 'until', now + ARGV[4])
redis.call('ZADD', ready, 'XX', now + ARGV[4], user)
return {'ok', #deliverable(token)}
