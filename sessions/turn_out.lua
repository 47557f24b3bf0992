#!lua
-- Adds to what a turn took when its answer was sent: its first part, and the last.
-- KEYS: records
-- ARGV: turn id, 1 if all parts are out
-- Answers {'ok', ms since the first message if all parts are out now and were not before, else -1},
--         {'unknown'}: the turn is not in the log
local records = KEYS[1]
local turn, all = ARGV[1], ARGV[2] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local known = redis.call('HMGET', records, turn, 'out ' .. turn)
if not known[1] then
    return {'unknown'}
end
local first, last = string.match(known[2] or '', '^(%d+) (%d+)$')
if last and last ~= '0' then
    return {'ok', -1}
end
redis.call('HSET', records, 'out ' .. turn, (first or now) .. ' ' .. (all and now or 0))
return {'ok', all and now - tonumber(string.match(known[1], '^%d+')) or -1}
