#!lua
-- Records one message unless it is known. Dedup, append, leaving or returning, and "this user has
-- work" are one step.
-- While a person of the shop has the conversation it is kept for them, and makes no turn.
-- KEYS: those of outbox.lua, seen, replies, context, targets, known, talk, desk, survey, surveys,
--       opinions
-- ARGV: those of outbox.lua, message, most that may wait, DEDUP_TTL, SESSION_TTL, ms until the
--       sweeper may look, where the reply goes or '', ms of the hold, most replies in the outbox,
--       'out' to leave, 'in' to return or '', 1 if it is answered already and makes no turn
-- Answers {'new', seq, change, replies dropped, questions of the survey taken back, who had it and was
--         silent for too long or ''}, {'held', as new, who has it, since when, how the
--         customer is told of them or '', messages that had to go},
--         {'full', change, replies dropped, questions taken back, as new}, {'waiting', seq}, {'answered',
--         seq, reply}, {'forgotten', seq}, {'silent', seq, who has it or '', since when, how the customer is
--         told of them or ''}: known, and made no turn. change: 'left', 'returned' or ''
local seen, replies, context, targets, known_keys, talk, desk = unpack(KEYS, 6)
local grace, target, hold, opt = ARGV[7], ARGV[8], ARGV[9], ARGV[11]
local silent = ARGV[12] == '1'

local known = tonumber(redis.call('GET', seen))
local has = redis.call('HMGET', state, 'by', 'by_until', 'by_at', 'passed', 'holder', 'until', 'ask_at', 'by_shown')
local by, holder = has[1], has[5]
if known and known < 0 then
    return {'silent', -known, by or '', tonumber(has[3] or 0), has[8] or ''}
elseif known then
    local head = redis.call('LINDEX', inbox, 0)
    if head and tonumber(string.match(head, '^%d+')) <= known then
        return {'waiting', known}
    end
    local reply = redis.call('ZRANGEBYSCORE', replies, known, '+inf', 'LIMIT', 0, 1)[1]
    -- it is another message's if that of this one was dropped
    if not reply or tonumber(string.match(reply, '^%d+')) > known then
        if known <= tonumber(has[4] or 0) then -- a person has taken it over before it was answered
            return {'silent', known, by or '', tonumber(has[3] or 0), has[8] or ''}
        end
        return {'forgotten', known}
    end
    return {'answered', known, reply}
end

local sent = redis.call('LRANGE', outbox, 0, -1)

local function work()
    for _, key in ipairs(#sent > 0 and {state, outgoing, outbox} or {state}) do
        redis.call('PERSIST', key) -- nothing that a waiting message needs may expire
    end
    if holder and holder ~= '' and tonumber(has[6]) > now then
        redis.call('ZADD', ready, 'NX', has[6], user)
    else
        redis.call('ZADD', ready, 'LT', now + grace, user)
    end
end

local lapsed = lapse(desk, by, has[2])
by = lapsed == '' and by
if has[7] then
    drop_due() -- a message goes before a question of ours
end
local taken = #sent > 0 and take_back() or 0
-- a wish is heard, and whoever writes may be written to, even if there is no room for what they write
local changed, dropped = '', 0
if opt == 'out' then
    changed = redis.call('HEXISTS', state, 'opted_out') == 0 and 'left' or ''
    dropped = leave((redis.call('HGET', state, 'seq') or 0) + 1)
    rank(grace)
elseif opt == 'in' then
    changed = redis.call('HDEL', state, 'opted_out') == 1 and 'returned' or ''
end
if #sent > 0 then
    sent = redis.call('LRANGE', outbox, 0, -1) -- what is left of it
end
for _, turn in ipairs(sent) do
    local entry = read_entry(turn)
    if entry.template then
        uninvite(entry)
    elseif entry.state == 'parked' then
        change(turn, {state = 'due', at = now})
        work()
    end
end
if not silent and not by and (redis.call('LLEN', inbox) >= tonumber(ARGV[4]) or
        (target ~= '' and #sent >= tonumber(ARGV[10]))) then
    if lapsed ~= '' then
        rank(grace)
    end
    return {'full', changed, dropped, taken, lapsed}
end
local seq = redis.call('HINCRBY', state, 'seq', 1)
redis.call('SET', seen, (silent or by) and -seq or seq, 'PX', ARGV[5])
list(known_keys, seen, ARGV[5])
redis.call('PEXPIRE', context, ARGV[6])
if target ~= '' then
    redis.call('HSET', state, 'to', target, 'wrote_at', now)
end
if silent then
    rank(grace)
    return {'new', seq, changed, dropped, taken, lapsed}
elseif by then
    local _, lost = keep_said(talk, now, ARGV[3], ARGV[6])
    rank(grace)
    return {'held', seq, changed, dropped, taken, lapsed, by, tonumber(has[3]), has[8] or '', lost}
end
redis.call('RPUSH', inbox, seq .. ' ' .. now .. ' ' .. ARGV[3])
if target ~= '' then
    redis.call('HSET', targets, seq, now + hold .. ' ' .. target)
end
work()
return {'new', seq, changed, dropped, taken, lapsed}
