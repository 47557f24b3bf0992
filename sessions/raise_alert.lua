#!lua
-- Keeps an alert until it is told, unless nobody asks for alerts, the same was told lately, or too many
-- of its kind were. A repetition changes nothing.
-- KEYS: due, items, told, rates, wanted
-- ARGV: id, what is told once (hashed), kind, user or '', record, ms in which it is told once, most of
--       a kind in RATE_MS, most that may wait
-- Answers {'raised'}, {'again'}, {'unwanted'}, {'told'}, {'held'}, {'full'}
local due, items, told, rates, wanted = unpack(KEYS)
local id, key, kind, user, record = unpack(ARGV)
local RATE_MS = 3600000
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

if redis.call('EXISTS', wanted) == 0 then
    return {'unwanted'}
elseif redis.call('HEXISTS', items, id) == 1 then
    return {'again'}
end
redis.call('ZREMRANGEBYSCORE', told, '-inf', now)
if redis.call('ZSCORE', told, key) then
    return {'told'}
end
local rate = redis.call('HGET', rates, kind) or ''
local since, count, held = string.match(rate, '^(%d+) (%d+) (%d+)$')
since, count, held = tonumber(since) or now, tonumber(count) or 0, tonumber(held) or 0
if since + RATE_MS <= now then
    since, count = now, 0
end
local outcome = 'raised'
if count >= tonumber(ARGV[7]) then
    outcome = 'held'
elseif redis.call('ZCARD', due) >= tonumber(ARGV[8]) then
    outcome = 'full'
end
if outcome ~= 'raised' then
    redis.call('HSET', rates, kind, since .. ' ' .. count .. ' ' .. held + 1)
    return {outcome}
end
redis.call('HSET', rates, kind, since .. ' ' .. count + 1 .. ' 0')
redis.call('ZADD', told, now + ARGV[6], key)
redis.call('ZADD', due, now, id)
redis.call('HSET', items, id, '0 0 ' .. held .. ' ' .. now .. ' ' .. #user .. ':' .. user .. record)
return {'raised'}
