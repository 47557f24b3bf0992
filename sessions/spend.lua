#!lua
-- Adds what a turn without a COMMIT has spent to what its person has spent today, and tells that. Of
-- somebody who was erased meanwhile nothing is written.
-- KEYS: those of outbox.lua, spent
-- ARGV: those of outbox.lua, turn id, tokens, calls, what the shop's clock is ahead of UTC
-- Answers {'ok', tokens, calls}
if redis.call('HEXISTS', state, 'token') == 1 then
    spend(KEYS[6], ARGV[6], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]))
end
local tokens, calls = spent(KEYS[6], ARGV[6])
return {'ok', tokens, calls}
