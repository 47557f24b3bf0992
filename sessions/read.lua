#!lua flags=no-writes
-- Shows a conversation.
-- KEYS: state, inbox, context, outbox, survey, talk, ticks
-- ARGV: none
-- Answers {'ok', context or '', waiting, leased: 0 or 1, when it is forgotten: Unix ms or 0,
--          replies in the outbox, opted out: 0 or 1, the survey's state or '', survey or '', which person
--          of the shop has it or '', since when, when one was wanted or 0, why or '', what was left for
--          them or '', how the customer is told of that person or '', how many ticks, of each (turn, "<status> <code>"), what was said while a person
--          had it and is in no context yet …}
local state, inbox, context, outbox, survey, talk, ticks = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', state, 'holder', 'until', 'opted_out', 'by', 'by_at', 'wanted_at',
                         'wanted_why', 'wanted_note', 'talk_known', 'by_shown')
local leased = lease[1] and lease[1] ~= '' and tonumber(lease[2]) > now
local asked = redis.call('HMGET', survey, 'state', 'record')
local left = redis.call('PTTL', context)
local answer = {
    'ok',
    redis.call('GET', context) or '',
    redis.call('LLEN', inbox),
    leased and 1 or 0,
    left > 0 and now + left or 0,
    redis.call('LLEN', outbox),
    lease[3] and 1 or 0,
    asked[1] or '',
    asked[2] or '',
    lease[4] or '',
    tonumber(lease[5] or 0),
    tonumber(lease[6] or 0),
    lease[7] or '',
    lease[8] or '',
    lease[10] or '',
    0,
}
local told = redis.call('HGETALL', ticks)
answer[16] = #told / 2
for _, word in ipairs(told) do
    answer[#answer + 1] = word
end
for _, said in ipairs(redis.call('LRANGE', talk, 0, -1)) do
    if tonumber(string.match(said, '^%d+')) > tonumber(lease[9] or 0) then
        answer[#answer + 1] = said
    end
end
return answer
