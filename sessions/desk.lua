#!lua
-- Tells who of one partition waits for a person of the shop or has one, the longest first. Who does so no
-- more, because the state was forgotten, goes from the list.
-- KEYS: desk
-- ARGV: what the names of states begin with, 1 for those who wait, 0 for those who have one, most to tell
-- Answers {'ok', of each of them (user, since when, who has it or '', when one was wanted or 0, why or '',
--          what they left or '', when they wrote last or 0)}
local desk, front, waits, most = KEYS[1], ARGV[1], ARGV[2] == '1', tonumber(ARGV[3])

local answer, told = {'ok'}, 0
for _, user in ipairs(redis.call('ZRANGE', desk, 0, -1)) do
    local has = redis.call('HMGET', front .. user, 'by', 'by_at', 'wanted_at', 'wanted_why', 'wanted_note',
                           'wrote_at')
    if not has[1] and not has[3] then
        redis.call('ZREM', desk, user)
    elseif told < most and waits == not has[1] then
        told = told + 1
        for _, value in ipairs({user, tonumber(waits and has[3] or has[2]), has[1] or '',
                                tonumber(has[3] or 0), has[4] or '', has[5] or '',
                                tonumber(has[6] or 0)}) do
            answer[#answer + 1] = value
        end
    end
end
return answer
