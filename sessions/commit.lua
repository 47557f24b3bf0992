#!lua
-- Ends a turn: inbox, context, reply, outbox and lease change together, or nothing does.
-- A turn in which a person of the shop has taken the conversation over has no end but that.
-- KEYS: those of outbox.lua, context, replies, targets, spent, desk, leads, listed, survey, surveys, opinions
-- ARGV: those of outbox.lua, token, turn id, upto_seq or 0 for the survey's question to somebody who
--       rests, reply, context or '' to forget, SESSION_TTL, DEDUP_TTL, ms until the sweeper may look,
--       most replies that are kept, state of the survey or '' for as before, survey, its score or '',
--       its rules, 1 if it has a comment or 0, NPS_AFTER, NPS_EVERY, ms after their last message in
--       which somebody may be asked, ms that a survey is remembered, tokens and calls spent, what the
--       shop's clock is ahead of UTC, the last of what was said with a person of the shop that the
--       context has now or 0, why they want a person or '', what they leave for them or '', the car of a lead,
--       0 for none yet, or '' if there is no lead, its name, contact and record, ms that it is
--       kept, what they want
-- Answers {'committed', waiting, 'queued', 'dropped' or '': what became of the reply in the outbox,
--         what came of the survey: 'asked', 'promoter', 'passive', 'detractor' or '', 1 if a comment
--         came or 0, 1 if they did not wait for a person before and do now, or 0, 'made', 'changed' or '': what
--         came of the lead, its stage or ''}, {'again', waiting, '', '', 0, 0, '', ''}, {'overtaken',
--         waiting, '', '', 0, 0, '', ''}: the person wrote before the question was put, {'stale'}, {'wrong', first, last}
local context, replies, targets = unpack(KEYS, 6)
local token, turn, upto, reply = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), ARGV[6]

local lease = redis.call('HMGET', state, 'token', 'holder', 'told', 'turn', 'opted_out', 'by', 'wanted_at',
                         'ask_at', 'ask_to')
local messages, taken = redis.call('LRANGE', inbox, 0, -1), 0

local function waiting()
    return #messages - taken + #deliverable(0)
end
if lease[4] == turn or redis.call('HEXISTS', outgoing, 'state ' .. turn) == 1 then
    return {'again', waiting(), '', '', 0, 0, '', ''}
end
if tonumber(lease[1] or 0) ~= token or lease[2] == '' or lease[6] then
    return {'stale'}
end
local function first()
    local message = messages[taken + 1]
    return message and tonumber(string.match(message, '^%d+'))
end
local head, told = first(), tonumber(lease[3])
local from, asks = head, upto == 0
local known = redis.call('HMGET', survey, 'asked', 'rules', 'score', 'opinion', 'state')
local asked, every = tonumber(known[1]), ARGV[18]
local may_ask = not asked or asked + every <= now
if asks and (head or not lease[8] or lease[5] or not may_ask) then
    drop_due()
    redis.call('HSET', state, 'holder', '', 'turn', turn)
    rank(0)
    return {'overtaken', waiting(), '', '', 0, 0, '', ''}
elseif not asks and (not head or upto < head or upto > told) then
    return {'wrong', head or 0, told}
end

local holds, at, to, last, wanted = {}, now, asks and lease[9] or nil, 0, 0
while head and head <= upto do
    taken = taken + 1
    last = tonumber(string.match(messages[taken], '^%d+ (%d+)'))
    local target = redis.call('HGET', targets, head)
    if target then
        local held, place = string.match(target, '^(%d+) (.*)$')
        holds[#holds + 1] = head .. '=' .. held
        at, to, wanted = math.max(at, tonumber(held)), place, head
        redis.call('HDEL', targets, head)
    end
    head = first()
end
if taken > 0 then
    redis.call('LTRIM', inbox, taken, -1)
end
if ARGV[7] == '' then
    redis.call('DEL', context)
else
    redis.call('SET', context, ARGV[7], 'PX', ARGV[8])
end
if not asks then
    redis.call('ZADD', replies, upto, from .. ' ' .. now .. ' ' .. reply)
    redis.call('PEXPIRE', replies, ARGV[9])
end
-- one comes, so looking at the two oldest is enough to keep it from growing
for _ = 1, asks and 0 or 2 do
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
    change(turn, {state = asks and 'due' or 'held', at = at, since = 0, parts = 0, tries = 0,
                  attempts = 0, token = 0, seq = 0, unasked = asks and 1 or 0,
                  holds = table.concat(holds, ' '), to = to, reply = reply})
end

-- ---- the survey ----
local stands, record, score, rules = ARGV[12], ARGV[13], tonumber(ARGV[14]), ARGV[15]
local after, window, kept = ARGV[17], ARGV[19], ARGV[20]

-- The person may be asked when they have rested, if that is soon enough
local function wait_for_rest()
    local allowed = tonumber(after) > 0 and became == 'queued' and not lease[5]
    if allowed and may_ask and now + after <= last + window then
        redis.call('HSET', state, 'ask_at', now + after, 'ask_until', last + window, 'ask_to', to,
                   'ask', record)
    end
end

local function put_question()
    redis.call('DEL', survey)
    redis.call('HSET', survey, 'asked', now, 'rules', rules, 'turn', turn)
    count(now, rules, {asked = 1})
    return 'asked'
end

local function take_score()
    local old, more = tonumber(known[3]), {}
    if score == old then
        return ''
    end
    if old then -- it was a slip
        more = {answered = -1, [class(old)] = -1, sum = -old}
    end
    for field, value in pairs({answered = 1, [class(score)] = 1, sum = score}) do
        more[field] = (more[field] or 0) + value
    end
    count(asked, known[2], more)
    redis.call('HSET', survey, 'score', score)
    return string.sub(class(score), 1, -2)
end

-- What somebody wrote is found again by the size of their name, in front of it
local function keep_opinion()
    local opinion = #user .. ':' .. user .. record
    if known[4] then
        redis.call('ZREM', opinions, known[4])
    end
    redis.call('ZADD', opinions, now, opinion)
    redis.call('ZREMRANGEBYSCORE', opinions, '-inf', now - KEPT_DAYS * DAY)
    redis.call('ZREMRANGEBYRANK', opinions, 0, -51) -- the newest 50
    redis.call('PEXPIRE', opinions, KEPT_DAYS * DAY)
    redis.call('HSET', survey, 'opinion', opinion)
    return known[4] and 0 or 1
end

local heard, commented = '', 0
local open = asked and known[5] ~= 'closed'
if asks then
    drop_due()
end
if stands == 'due' then
    wait_for_rest()
elseif stands == 'asked' and may_ask then
    if became ~= 'dropped' then
        heard, open = put_question(), true
    end
elseif open and score then
    heard = take_score()
end
if open and ARGV[16] == '1' then
    commented = keep_opinion()
end
if open and stands ~= '' and stands ~= 'due' then
    redis.call('HSET', survey, 'state', stands, 'record', record)
    redis.call('PEXPIRE', survey, kept)
end
spend(KEYS[9], ARGV[23], turn, tonumber(ARGV[21]), tonumber(ARGV[22]))

-- ---- a person of the shop ----
local wants, leaves, newly = ARGV[25], ARGV[26], 0
if wants ~= '' and not lease[7] then
    redis.call('HSET', state, 'wanted_at', now, 'wanted_why', wants)
    list_at_desk(KEYS[10], now)
    newly = 1
end
if leaves ~= '' and (lease[7] or newly == 1) then
    redis.call('HSET', state, 'wanted_note', leaves)
end
if ARGV[24] ~= '0' then
    redis.call('HSET', state, 'talk_known', ARGV[24])
end
local lead, stage = '', ''
if ARGV[27] ~= '' then
    lead, stage = keep_lead(KEYS[11], KEYS[12], turn, unpack(ARGV, 27, 32))
end
redis.call('HSET', state, 'holder', '', 'turn', turn)
rank(ARGV[10], #messages > taken)
return {'committed', waiting(), became, heard, commented, newly, lead, stage}
