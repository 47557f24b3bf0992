#!lua
-- Gives a lease back without an answer.
-- KEYS: state, inbox, ready
-- ARGV: user, token, ms until the sweeper may look
-- Answers {'ok'}, {'stale'}
local state, inbox, ready = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', state, 'token', 'holder')
if tonumber(lease[1] or 0) ~= tonumber(ARGV[2]) then
    return {'stale'}
end
if lease[2] ~= '' then -- else it was given back before
    redis.call('HSET', state, 'holder', '')
    if redis.call('EXISTS', inbox) == 1 then
        redis.call('ZADD', ready, now + ARGV[3], ARGV[1])
    end
end
return {'ok'}
