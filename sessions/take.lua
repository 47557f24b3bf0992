#!lua
-- Gives a reply to the gateway that still has the customer's request open. This and "trying" of
-- delivered.lua are the one place where it is decided which way a reply goes out.
-- KEYS: those of outbox.lua
-- ARGV: those of outbox.lua, turn id, ms in which the gateway must say how it went, who takes it
-- Answers {'taken'}, {'claimed'}
local turn = ARGV[3]

local entry = read_entry(turn)
if not entry or entry.state ~= 'held' or redis.call('LINDEX', outbox, 0) ~= turn then
    return {'claimed'}
end
local lease = redis.call('HMGET', state, 'token', 'holder', 'until')
if entry.token ~= 0 and entry.token == tonumber(lease[1]) and lease[2] ~= '' and
        tonumber(lease[3]) > now then
    return {'claimed'} -- an agent is about to send it
end
change(turn, {state = 'taken', taker = ARGV[5], at = now + ARGV[4], since = now, seq = redis.call('HGET', state, 'seq') or 0})
rank(0)
return {'taken'}
