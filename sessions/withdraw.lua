#!lua
-- Takes back a message that nobody has claimed.
-- KEYS: seen, state, inbox, ready
-- ARGV: user, STATE_TTL
-- Answers {'none'}, {'claimed'}, {'withdrawn'}
local seen, state, inbox, ready = unpack(KEYS)

local known = tonumber(redis.call('GET', seen))
if not known then
    return {'none'}
end
local lease = redis.call('HMGET', state, 'holder', 'told')
if lease[1] and lease[1] ~= '' and known <= tonumber(lease[2]) then
    return {'claimed'}
end
for _, message in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
    if tonumber(string.match(message, '^%d+')) == known then
        redis.call('LREM', inbox, 1, message)
        redis.call('DEL', seen)
        if redis.call('EXISTS', inbox) == 0 then
            redis.call('ZREM', ready, ARGV[1])
            redis.call('PEXPIRE', state, ARGV[2])
        end
        return {'withdrawn'}
    end
end
return {'claimed'} -- it is not there any more: it was answered
