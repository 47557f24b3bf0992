#!lua
-- Leases a conversation, or renews a lease and tells what is new under it.
-- While a person of the shop has it, nobody is told a message: what is granted then is what is to be
-- delivered.
-- KEYS: those of outbox.lua, context, spent, talk, desk, survey, surveys, opinions
-- ARGV: those of outbox.lua, holder, lease ms, dead holder or '', token or 0, bytes that fit into
--       an answer, 1 if people are asked or 0, what the shop's clock is ahead of UTC
-- Answers {'granted', token, context or '', now, survey's state or '', survey or '', 1 to put the
--          survey's question or 0, opted out: 1 or 0, tokens and calls spent today, who had it and was
--          silent for too long or '', replies to deliver, what was said while a person had it and is in
--          no context yet, of each reply (state, parts, attempts, since, the carrier's ids of what went
--          before, 1 if nobody waits for it or 0, turn, template to send instead of a reply or '', where
--          it goes, reply), what was said …, message, message …}, {'busy', ms}, {'empty', as granted}, {'stale'}
local STALE_MS = 3600000 -- a question that was not sent for so long is none any more
local context, talk, desk = KEYS[6], KEYS[8], KEYS[9]
local asker, dead, asked = ARGV[3], ARGV[5], tonumber(ARGV[6])

local lease = redis.call('HMGET', state, 'token', 'holder', 'until', 'told', 'sids', 'by', 'by_until',
                         'talk', 'talk_known', 'opted_out', 'ask_at', 'ask_until', 'ask')
local token, holder = tonumber(lease[1] or 0), lease[2] or ''
local ends, told = tonumber(lease[3] or 0), tonumber(lease[4] or 0)

if asked ~= 0 and (asked ~= token or holder ~= asker) then
    return {'stale'}
end
if holder ~= '' and holder ~= asker and holder ~= dead and ends > now then
    return {'busy', ends - now}
end
local lapsed = lapse(desk, lease[6], lease[7])
local has_person = lease[6] and lapsed == ''
if lapsed ~= '' then
    rank(0)
end
local waiting = has_person and {} or redis.call('LRANGE', inbox, 0, -1)
local entries = deliverable(asked)
if entries[1] and entries[1].unasked == 1 then -- the carrier was away: who rested does not any more
    local put = tonumber(redis.call('HGET', survey, 'asked') or 0)
    if put + STALE_MS < now and take_back() > 0 then
        entries = deliverable(asked)
        rank(0)
    end
end
local left, due = lease[10] and 1 or 0, lease[11]
if due and (left == 1 or ARGV[8] == '0' or tonumber(lease[12]) < now) and drop_due() then
    due = nil
    rank(0)
end
local asks = asked == 0 and not has_person and #waiting == 0 and due and tonumber(due) <= now and
    redis.call('EXISTS', outbox) == 0
if #waiting == 0 and #entries == 0 and asked == 0 and not asks then
    return {'empty', lapsed}
end

if holder ~= asker then
    -- not below the clock, in us: it grows even if the last one was forgotten
    token = math.max(token + 1, clock[1] * 1000000 + clock[2])
    told = 0
end
local remembered = asked == 0 and redis.call('GET', context) or ''
local tokens, calls = spent(KEYS[7], ARGV[9])
local answer = {'granted', token, remembered, now, '', '', asks and 1 or 0, left, tokens, calls, lapsed,
                0, 0}
if asks then
    answer[5], answer[6] = 'due', lease[13]
elseif asked == 0 then
    local known = redis.call('HMGET', survey, 'state', 'record')
    answer[5], answer[6] = known[1] or '', known[2] or ''
end
local room = ARGV[7] - #remembered
for i, entry in ipairs(entries) do
    local turn = entry.turn
    local texts = redis.call('HMGET', outgoing, 'to ' .. turn, 'reply ' .. turn)
    texts[2] = texts[2] or '' -- of a template
    room = room - #texts[1] - #texts[2]
    if room < 0 and i > 1 then
        break -- the rest is for later
    end
    local unsure = entry.state ~= 'held' and entry.state ~= 'due'
    if unsure and entry.state ~= 'unsure' then
        change(turn, {state = 'unsure', at = now})
    end
    change(turn, {token = token}) -- offered under it: no gateway may take it
    answer[12] = i
    for _, value in ipairs({unsure and 'unsure' or 'due', entry.parts, entry.attempts, entry.since,
                            lease[5] or '', entry.now_or_never and 1 or 0, turn, entry.template or '',
                            texts[1], texts[2]}) do
        answer[#answer + 1] = value
    end
end
if asked == 0 and not has_person and tonumber(lease[8] or 0) > tonumber(lease[9] or 0) then
    for _, said in ipairs(redis.call('LRANGE', talk, 0, -1)) do
        if tonumber(string.match(said, '^%d+')) > tonumber(lease[9] or 0) then
            room = room - #said
            answer[13] = answer[13] + 1
            answer[#answer + 1] = said
        end
    end
end
for i, message in ipairs(waiting) do
    room = room - #message
    if room < 0 and i > 1 then
        break -- the rest is for the next turn
    end
    answer[#answer + 1] = message
    told = math.max(told, tonumber(string.match(message, '^%d+')))
end
redis.call('HSET', state, 'token', token, 'holder', asker, 'until', now + ARGV[4], 'told', told)
if has_person then
    rank(0)
else
    rank(0, #waiting > 0)
end
return answer
