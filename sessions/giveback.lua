#!lua
-- Gives a conversation back to the bot, with what it has to know.
-- KEYS: those of outbox.lua, talk, desk
-- ARGV: those of outbox.lua, who gives it or '', a note as a message or '', SESSION_TTL
-- Answers {'ok', who had it, since when, of what was said had to go}, {'taken', who has it, since when},
--         {'free', who had it and was silent for too long or ''}
local talk, desk = KEYS[6], KEYS[7]

local has = redis.call('HMGET', state, 'by', 'by_until', 'by_at', 'by_shown')
local no = denied(desk, has, ARGV[3])
if no then
    return no
end
local lost = 0
if ARGV[4] ~= '' then
    local _
    _, lost = keep_said(talk, now, signed(ARGV[4], has[1], has[4]), ARGV[5])
end
hand_back(desk, false)
rank(0)
return {'ok', has[1], tonumber(has[3]), lost}
