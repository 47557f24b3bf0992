#!lua
-- Reserves places in which messages may be sent from one of our addresses, some at a time, so that a
-- thousand that wait are not a thousand requests. Who dies with places loses them; that is why they are
-- few, and soon.
-- KEYS: rate of the address
-- ARGV: µs from one place to the next, places wanted, how far ahead a place may be, µs
-- Answers {'ok', places, µs until the first; if there is none, until it is worth asking again, µs from
--         one to the next}
local time = redis.call('TIME')
local every = tonumber(ARGV[1])
local count, first = places(KEYS[1], time[1] * 1000000 + time[2], every, 1, tonumber(ARGV[2]), tonumber(ARGV[3]))
return {'ok', count, first, every}
