#!lua
-- Ends a turn: inbox, context, reply and lease change together, or nothing does.
-- KEYS: state, inbox, ready, context, replies
-- ARGV: user, token, turn id, upto_seq, reply, context or '' to forget, SESSION_TTL, DEDUP_TTL,
--       STATE_TTL, ms until the sweeper may look, most replies that are kept
-- Answers {'committed', waiting}, {'again', waiting}, {'stale'}, {'wrong', first, last}
local state, inbox, ready, context, replies = unpack(KEYS)
local user, token, turn, upto = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', state, 'token', 'holder', 'told', 'turn')
if lease[4] == turn then
    return {'again', redis.call('LLEN', inbox)}
end
if tonumber(lease[1] or 0) ~= token or lease[2] == '' then
    return {'stale'}
end
local function first()
    local message = redis.call('LINDEX', inbox, 0)
    return message and tonumber(string.match(message, '^%d+'))
end
local head, told = first(), tonumber(lease[3])
local from = head
if not head or upto < head or upto > told then
    return {'wrong', head or 0, told}
end

while head and head <= upto do
    redis.call('LPOP', inbox)
    head = first()
end
if ARGV[6] == '' then
    redis.call('DEL', context)
else
    redis.call('SET', context, ARGV[6], 'PX', ARGV[7])
end
redis.call('ZADD', replies, upto, from .. ' ' .. now .. ' ' .. ARGV[5])
redis.call('PEXPIRE', replies, ARGV[8])
-- one comes, so looking at the two oldest is enough to keep it from growing
for _ = 1, 2 do
    local oldest = redis.call('ZRANGE', replies, 0, 0)[1]
    local made = tonumber(string.match(oldest, '^%d+ (%d+)'))
    if made + ARGV[8] >= now and redis.call('ZCARD', replies) <= tonumber(ARGV[11]) then
        break
    end
    redis.call('ZREM', replies, oldest)
end
redis.call('HSET', state, 'holder', '', 'turn', turn)
if head then
    redis.call('ZADD', ready, now + ARGV[10], user)
else
    redis.call('ZREM', ready, user)
    redis.call('PEXPIRE', state, ARGV[9])
end
return {'committed', redis.call('LLEN', inbox)}
