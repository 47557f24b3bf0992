#!lua
-- Forgets a conversation. A turn that runs loses its lease, so that its COMMIT cannot bring the
-- conversation back; what waits stays and gets a new turn, and replies are delivered all the same.
-- Nobody is asked about a conversation that was forgotten. A person of the shop who has it keeps it.
-- KEYS: those of outbox.lua, context, talk, ticks
-- ARGV: those of outbox.lua, ms until the sweeper may look
-- Answers {'ok', conversations forgotten: 0 or 1}
local holder = redis.call('HGET', state, 'holder')
local due = redis.call('HDEL', state, 'ask_at', 'ask_until', 'ask_to', 'ask')
if (holder and holder ~= '') or due > 0 then
    redis.call('HSET', state, 'holder', '')
    rank(ARGV[3])
end
redis.call('DEL', KEYS[7], KEYS[8])
return {'ok', redis.call('DEL', KEYS[6])}
