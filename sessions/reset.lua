#!lua
-- Forgets a conversation. A turn that runs loses its lease, so that its COMMIT cannot bring the
-- conversation back; what waits stays and gets a new turn, and replies are delivered all the same.
-- KEYS: those of outbox.lua, context
-- ARGV: those of outbox.lua, ms until the sweeper may look
-- Answers {'ok', conversations forgotten: 0 or 1}
local holder = redis.call('HGET', state, 'holder')
if holder and holder ~= '' then
    redis.call('HSET', state, 'holder', '')
    rank(ARGV[3])
end
return {'ok', redis.call('DEL', KEYS[6])}
