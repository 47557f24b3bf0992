#!lua
-- Leases a conversation, or renews a lease and tells what is new under it.
-- KEYS: state, inbox, ready, context
-- ARGV: user, holder, lease ms, dead holder or '', token or 0, bytes that fit into an answer
-- Answers {'granted', token, context or '', message, message …}, {'busy', ms}, {'empty'}, {'stale'}
local state, inbox, ready, context = unpack(KEYS)
local user, asker, dead, asked = ARGV[1], ARGV[2], ARGV[4], tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', state, 'token', 'holder', 'until', 'told')
local token, holder = tonumber(lease[1] or 0), lease[2] or ''
local ends, told = tonumber(lease[3] or 0), tonumber(lease[4] or 0)

if asked ~= 0 and (asked ~= token or holder ~= asker) then
    return {'stale'}
end
if holder ~= '' and holder ~= asker and holder ~= dead and ends > now then
    return {'busy', ends - now}
end
local waiting = redis.call('LRANGE', inbox, 0, -1)
if #waiting == 0 and asked == 0 then
    return {'empty'}
end

if holder ~= asker then
    -- not below the clock, in us: it grows even if the last one was forgotten
    token = math.max(token + 1, time[1] * 1000000 + time[2])
    told = 0
end
local remembered = asked == 0 and redis.call('GET', context) or ''
local answer = {'granted', token, remembered}
local room = ARGV[6] - #remembered
for i, message in ipairs(waiting) do
    room = room - #message
    if room < 0 and i > 1 then
        break -- the rest is for the next turn
    end
    answer[i + 3] = message
    told = math.max(told, tonumber(string.match(message, '^%d+')))
end
ends = now + ARGV[3]
redis.call('HSET', state, 'token', token, 'holder', asker, 'until', ends, 'told', told)
redis.call('ZADD', ready, 'XX', ends, user)
return answer
