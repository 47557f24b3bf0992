#!lua
-- Gives a lease back without an answer.
-- KEYS: those of outbox.lua
-- ARGV: those of outbox.lua, token, ms until the sweeper may look
-- Answers {'ok'}, {'stale'}
local lease = redis.call('HMGET', state, 'token', 'holder')
if tonumber(lease[1] or 0) ~= tonumber(ARGV[3]) then
    return {'stale'}
end
if lease[2] ~= '' then -- else it was given back before
    redis.call('HSET', state, 'holder', '')
    rank(ARGV[4])
end
return {'ok'}
