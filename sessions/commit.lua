#!lua
-- Ends a turn: inbox, context, reply, outbox and lease change together, or nothing does.
-- KEYS: those of outbox.lua, context, replies, targets
-- ARGV: those of outbox.lua, token, turn id, upto_seq, reply, context or '' to forget, SESSION_TTL,
--       DEDUP_TTL, ms until the sweeper may look, most replies that are kept
-- Answers {'committed', waiting, 'queued', 'dropped' or '': what became of the reply in the outbox},
--         {'again', waiting, ''}, {'stale'}, {'wrong', first, last}
local context, replies, targets = unpack(KEYS, 6)
local token, turn, upto, reply = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), ARGV[6]

local function waiting()
    return redis.call('LLEN', inbox) + #deliverable(0)
end
local lease = redis.call('HMGET', state, 'token', 'holder', 'told', 'turn', 'opted_out')
if lease[4] == turn or redis.call('HEXISTS', outgoing, 'state ' .. turn) == 1 then
    return {'again', waiting(), ''}
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

local holds, at, to, wanted = {}, now, nil, 0
while head and head <= upto do
    redis.call('LPOP', inbox)
    local target = redis.call('HGET', targets, head)
    if target then
        local held, place = string.match(target, '^(%d+) (.*)$')
        holds[#holds + 1] = head .. '=' .. held
        at, to, wanted = math.max(at, tonumber(held)), place, head
        redis.call('HDEL', targets, head)
    end
    head = first()
end
if ARGV[7] == '' then
    redis.call('DEL', context)
else
    redis.call('SET', context, ARGV[7], 'PX', ARGV[8])
end
redis.call('ZADD', replies, upto, from .. ' ' .. now .. ' ' .. reply)
redis.call('PEXPIRE', replies, ARGV[9])
-- one comes, so looking at the two oldest is enough to keep it from growing
for _ = 1, 2 do
    local oldest = redis.call('ZRANGE', replies, 0, 0)[1]
    local made = tonumber(string.match(oldest, '^%d+ (%d+)'))
    if made + ARGV[9] >= now and redis.call('ZCARD', replies) <= tonumber(ARGV[11]) then
        break
    end
    redis.call('ZREM', replies, oldest)
end
-- who has left gets answers to what they wrote since, and no others
local left = lease[5] and wanted < tonumber(lease[5])
local became = to and (left and 'dropped' or 'queued') or ''
if became == 'queued' then
    redis.call('RPUSH', outbox, turn)
    change(turn, {state = 'held', at = at, since = 0, parts = 0, tries = 0, attempts = 0, token = 0,
                  seq = 0, holds = table.concat(holds, ' '), to = to, reply = reply})
end
redis.call('HSET', state, 'holder', '', 'turn', turn)
rank(ARGV[10])
return {'committed', waiting(), became}
