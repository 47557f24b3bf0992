#!lua
-- Tells users of one partition who have waiting messages or replies to deliver, and no live lease.
-- Whoever is told is due again only after a while, so that no two askers are told the same.
-- When the clock was set back since the last look, all that was planned by the old one is moved back
-- too: it would wait for as much longer. How far it was is known but for LOOK_MS; what is done sooner
-- than planned does no harm, as a lease is fenced and an outcome settled by the carrier's list.
-- KEYS: ready, clock
-- ARGV: most to tell, ms until they are due again, which is how long a lease lasts
-- Answers {'ok', ms that the clock was set back, user, user …}
local LOOK_MS = 30000 -- the clock is written down so often, where anything is planned
local SLEW_MS = 1000  -- less is no matter
local MOST = 2000     -- users whose plans are moved in one step, those due first
local ready, clock = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if redis.call('EXISTS', ready) == 0 then
    return {'ok', 0}
end

local function earlier(key, field, by, most)
    local at = tonumber(redis.call('HGET', key, field) or 0)
    if at > now then
        redis.call('HSET', key, field, math.min(at - by, now + most))
    end
end

local function set_back(by)
    local front = string.sub(ready, 1, -string.len('ready') - 1)
    for _, user in ipairs(redis.call('ZRANGEBYSCORE', ready, '(' .. now, '+inf', 'LIMIT', 0, MOST)) do
        earlier(front .. 'state:' .. user, 'until', by, ARGV[2])
        for _, field in ipairs({'ask_at', 'ask_until', 'by_until'}) do
            earlier(front .. 'state:' .. user, field, by, math.huge)
        end
        for _, turn in ipairs(redis.call('LRANGE', front .. 'outbox:' .. user, 0, -1)) do
            for _, field in ipairs({'at ', 'since '}) do
                earlier(front .. 'outgoing:' .. user, field .. turn, by, math.huge)
            end
        end
        local look = math.max(now, redis.call('ZSCORE', ready, user) - by)
        local lease = redis.call('HMGET', front .. 'state:' .. user, 'holder', 'until')
        if lease[1] and lease[1] ~= '' then
            look = math.max(now, math.min(look, tonumber(lease[2])))
        end
        redis.call('ZADD', ready, look, user)
    end
end

local seen = tonumber(redis.call('GET', clock) or 0)
local by = math.max(seen - now, 0)
if by > SLEW_MS then
    set_back(by)
end
if by > SLEW_MS or now > seen + LOOK_MS then
    redis.call('SET', clock, now)
end
local due = redis.call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, ARGV[1])
for _, user in ipairs(due) do
    redis.call('ZADD', ready, now + ARGV[2], user)
end
return {'ok', by > SLEW_MS and by or 0, unpack(due)}
