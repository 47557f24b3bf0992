#!lua
-- Tells users of one partition who have waiting messages or replies to deliver, and no live lease.
-- Whoever is told is due again only after a while, so that no two askers are told the same.
-- KEYS: ready
-- ARGV: most to tell, ms until they are due again
-- Answers {'ok', user, user …}
local ready = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local due = redis.call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, ARGV[1])
for _, user in ipairs(due) do
    redis.call('ZADD', ready, now + ARGV[2], user)
end
return {'ok', unpack(due)}
