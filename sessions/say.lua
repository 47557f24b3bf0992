#!lua
-- What a person of the shop writes to somebody whose conversation they have: it goes out as the bot's
-- replies do, or is fetched by the chat page. The same id counts once.
-- KEYS: those of outbox.lua, saying, talk, desk, known, ticks
-- ARGV: those of outbox.lua, who writes or '', turn id, what is written as a message, the same as a
--       reply, ms that they may be silent or 0, SESSION_TTL, DEDUP_TTL, most replies in the outbox
-- Answers {'ok', number, 1 if it goes through the outbox or 0, when the person wrote last or 0, of what
--         was said had to go, who has it, since when}, {'again', number, 0, 0, 0, who has it or '', since
--         when}, {'taken', who has it, since when}, {'free', who had it and was silent for too long or
--         ''}, {'opted_out'}, {'unreachable'}: nobody knows from where to write, {'full'}
local saying, talk, desk, known_keys, ticks = unpack(KEYS, 6)
local turn, ttl, session_ttl = ARGV[4], tonumber(ARGV[7]), ARGV[8]

local has = redis.call('HMGET', state, 'by', 'by_until', 'by_at', 'opted_out', 'to', 'wrote_at', 'by_shown')
local known = tonumber(redis.call('GET', saying))
if known then
    return {'again', known, 0, 0, 0, has[1] or '', tonumber(has[3] or 0)}
end
local no = denied(desk, has, ARGV[3])
if no then
    return no
elseif has[4] then
    return {'opted_out'}
elseif not has[5] and (string.match(user, '^whatsapp:') or string.match(user, '^%+%d')) then
    return {'unreachable'}
elseif has[5] and redis.call('LLEN', outbox) >= tonumber(ARGV[10]) then
    return {'full'}
end

local n, lost = keep_said(talk, now, signed(ARGV[5], has[1], has[7]), session_ttl)
redis.call('SET', saying, n, 'PX', ARGV[9])
list(known_keys, saying, ARGV[9])
if has[5] then
    redis.call('RPUSH', outbox, turn)
    change(turn, {state = 'due', at = now, since = 0, parts = 0, tries = 0, attempts = 0, token = 0,
                  seq = 0, unasked = 0, holds = '', to = has[5], reply = ARGV[6]})
    follow(ticks, turn, 'waiting', 0, session_ttl)
end
if ttl > 0 then
    redis.call('HSET', state, 'by_until', now + ttl)
end
rank(0)
return {'ok', n, has[5] and 1 or 0, tonumber(has[6] or 0), lost, has[1], tonumber(has[3])}
