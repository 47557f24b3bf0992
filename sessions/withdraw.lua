#!lua
-- Takes back a message that nobody has claimed.
-- KEYS: those of outbox.lua, seen, targets, known
-- ARGV: those of outbox.lua, ms until the sweeper may look
-- Answers {'none'}, {'claimed'}, {'withdrawn'}
local seen, targets, known_keys = unpack(KEYS, 6)

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
        redis.call('HDEL', targets, known)
        redis.call('DEL', seen)
        redis.call('ZREM', known_keys, seen)
        if redis.call('EXISTS', inbox) == 0 then
            rank(ARGV[3])
        end
        return {'withdrawn'}
    end
end
return {'claimed'} -- it is not there any more: it was answered
