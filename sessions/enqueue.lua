#!lua
-- Records one message unless it is known. Dedup, append and "this user has work" are one step.
-- KEYS: seen, state, inbox, ready, replies, context
-- ARGV: user, message, most that may wait, DEDUP_TTL, SESSION_TTL, ms until the sweeper may look
-- Answers {'new', seq}, {'waiting', seq}, {'answered', seq, reply}, {'forgotten', seq}, {'full'}
local seen, state, inbox, ready, replies, context = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local known = tonumber(redis.call('GET', seen))
if known then
    local head = redis.call('LINDEX', inbox, 0)
    if head and tonumber(string.match(head, '^%d+')) <= known then
        return {'waiting', known}
    end
    local reply = redis.call('ZRANGEBYSCORE', replies, known, '+inf', 'LIMIT', 0, 1)[1]
    -- it is another message's if that of this one was dropped
    if not reply or tonumber(string.match(reply, '^%d+')) > known then
        return {'forgotten', known}
    end
    return {'answered', known, reply}
end

if redis.call('LLEN', inbox) >= tonumber(ARGV[3]) then
    return {'full'}
end
local seq = redis.call('HINCRBY', state, 'seq', 1)
redis.call('PERSIST', state) -- nothing that a waiting message needs may expire
redis.call('RPUSH', inbox, seq .. ' ' .. now .. ' ' .. ARGV[2])
redis.call('SET', seen, seq, 'PX', ARGV[4])
redis.call('PEXPIRE', context, ARGV[5])

local lease = redis.call('HMGET', state, 'holder', 'until')
if lease[1] and lease[1] ~= '' and tonumber(lease[2]) > now then
    redis.call('ZADD', ready, 'NX', lease[2], ARGV[1])
else
    redis.call('ZADD', ready, 'LT', now + ARGV[6], ARGV[1])
end
return {'new', seq}
