#!lua
-- A person of the shop takes a conversation over. A turn that runs loses its lease, so that nothing
-- comes of it; what the bot has answered and nobody has begun to send is dropped; messages that wait
-- are the person's to answer. All of it is known to the bot when it is given back.
-- KEYS: those of outbox.lua, talk, desk, targets, survey, surveys, opinions
-- ARGV: those of outbox.lua, who takes it, 1 to take it from a colleague, ms that they may be silent or
--       0, SESSION_TTL, how the customer is told of them or ''
-- Answers {'ok', who has it, since when, who had it or '', replies dropped, messages moved, of what was
--         said had to go, questions of the survey taken back}, {'taken', who has it, since when},
--         {'unknown'}: there is no such conversation
local talk, desk, targets = unpack(KEYS, 6)
local by, ttl, session_ttl = ARGV[3], tonumber(ARGV[5]), ARGV[6]

local stands = redis.call('HMGET', state, 'seq', 'holder', 'told', 'by', 'by_until', 'by_at')
if not stands[1] then
    return {'unknown'}
end
local before = stands[4] or ''
if lapse(desk, stands[4], stands[5]) ~= '' then
    before = ''
end
if before ~= '' and before ~= by and ARGV[4] ~= '1' then
    return {'taken', before, tonumber(stands[6])}
end

local dropped, moved, lost, taken = 0, 0, 0, 0

local function keep(at, record)
    local _, more = keep_said(talk, at, record, session_ttl)
    lost = lost + more
end

-- What the bot has said and nobody will read is marked, so that it is not taken for said
local function is_the_bots(turn, unsent)
    if string.sub(turn, 1, 4) == 'say-' then
        return false -- a person's
    elseif unsent and string.sub(turn, 1, 1) ~= 'W' then
        keep(now, cmsgpack.pack({[1] = 0, [2] = turn, [3] = '', [4] = '', [5] = now, [8] = 'unsent'}))
    end
    return true
end

local function begin()
    drop_due()
    taken = take_back()
    if stands[2] and stands[2] ~= '' and tonumber(stands[3]) > 0 then
        redis.call('HSET', state, 'holder', '') -- one that only delivers goes on
    end
    dropped = drop_replies(is_the_bots)
    for _, message in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
        keep(string.match(message, '^%d+ (%d+) (.*)$'))
        moved = moved + 1
    end
    redis.call('DEL', inbox, targets)
    redis.call('HSET', state, 'passed', stands[1])
end

if before == '' then
    begin()
end
local since = before ~= '' and tonumber(stands[6]) or now
redis.call('HSET', state, 'by', by, 'by_at', since, 'by_shown', ARGV[7])
if ttl > 0 then
    redis.call('HSET', state, 'by_until', now + ttl)
else
    redis.call('HDEL', state, 'by_until')
end
list_at_desk(desk, since)
rank(0)
return {'ok', by, since, before, dropped, moved, lost, taken}
