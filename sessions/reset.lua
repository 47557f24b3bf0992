#!lua
-- Forgets a conversation. A turn that runs loses its lease, so that its COMMIT cannot bring the
-- conversation back; what waits stays and gets a new turn.
-- KEYS: state, inbox, ready, context
-- ARGV: user, ms until the sweeper may look
-- Answers {'ok', conversations forgotten: 0 or 1}
local state, inbox, ready, context = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local holder = redis.call('HGET', state, 'holder')
if holder and holder ~= '' then
    redis.call('HSET', state, 'holder', '')
    if redis.call('EXISTS', inbox) == 1 then
        redis.call('ZADD', ready, now + ARGV[2], ARGV[1])
    end
end
return {'ok', redis.call('DEL', context)}
