#!lua flags=no-writes
-- Shows a conversation.
-- KEYS: state, inbox, context, outbox, survey
-- ARGV: none
-- Answers {'ok', context or '', waiting, leased: 0 or 1, when it is forgotten: Unix ms or 0,
--          replies in the outbox, opted out: 0 or 1, the survey's state or '', survey or ''}
local state, inbox, context, outbox, survey = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local lease = redis.call('HMGET', state, 'holder', 'until', 'opted_out')
local leased = lease[1] and lease[1] ~= '' and tonumber(lease[2]) > now
local asked = redis.call('HMGET', survey, 'state', 'record')
local left = redis.call('PTTL', context)
return {
    'ok',
    redis.call('GET', context) or '',
    redis.call('LLEN', inbox),
    leased and 1 or 0,
    left > 0 and now + left or 0,
    redis.call('LLEN', outbox),
    lease[3] and 1 or 0,
    asked[1] or '',
    asked[2] or '',
}
