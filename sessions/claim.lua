#!lua
-- Leases a conversation, or renews a lease and tells what is new under it.
-- KEYS: those of outbox.lua, context
-- ARGV: those of outbox.lua, holder, lease ms, dead holder or '', token or 0, bytes that fit into
--       an answer
-- Answers {'granted', token, context or '', now, replies to deliver, of each of them (state, parts,
--          attempts, since, the carrier's ids of what went before, where it goes, reply), message,
--          message …}, {'busy', ms}, {'empty'}, {'stale'}
local context = KEYS[6]
local asker, dead, asked = ARGV[3], ARGV[5], tonumber(ARGV[6])

local lease = redis.call('HMGET', state, 'token', 'holder', 'until', 'told', 'sids')
local token, holder = tonumber(lease[1] or 0), lease[2] or ''
local ends, told = tonumber(lease[3] or 0), tonumber(lease[4] or 0)

if asked ~= 0 and (asked ~= token or holder ~= asker) then
    return {'stale'}
end
if holder ~= '' and holder ~= asker and holder ~= dead and ends > now then
    return {'busy', ends - now}
end
local waiting = redis.call('LRANGE', inbox, 0, -1)
local entries = deliverable(asked)
if #waiting == 0 and #entries == 0 and asked == 0 then
    return {'empty'}
end

if holder ~= asker then
    -- not below the clock, in us: it grows even if the last one was forgotten
    token = math.max(token + 1, clock[1] * 1000000 + clock[2])
    told = 0
end
local remembered = asked == 0 and redis.call('GET', context) or ''
local answer = {'granted', token, remembered, now, 0}
local room = ARGV[7] - #remembered
for i, entry in ipairs(entries) do
    local turn = entry.turn
    local texts = redis.call('HMGET', outgoing, 'to ' .. turn, 'reply ' .. turn)
    room = room - #texts[1] - #texts[2]
    if room < 0 and i > 1 then
        break -- the rest is for later
    end
    local unsure = entry.state ~= 'held' and entry.state ~= 'due'
    if unsure and entry.state ~= 'unsure' then
        change(turn, {state = 'unsure', at = now})
    end
    change(turn, {token = token}) -- offered under it: no gateway may take it
    answer[5] = i
    for _, value in ipairs({unsure and 'unsure' or 'due', entry.parts, entry.attempts, entry.since,
                            lease[5] or '', texts[1], texts[2]}) do
        answer[#answer + 1] = value
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
rank(0)
return answer
