#!lua
-- Ends the hold that a message put on its reply, whether there is one yet or not. A reply to several
-- messages is held until none of them holds it.
-- KEYS: those of outbox.lua, seen, targets
-- ARGV: those of outbox.lua
-- Answers {'ok', holds ended: 0 or 1}
local seen, targets = unpack(KEYS, 6)

local seq = tonumber(redis.call('GET', seen))
if not seq then
    return {'ok', 0}
end
local target = redis.call('HGET', targets, seq)
if target then
    local held, place = string.match(target, '^(%d+) (.*)$')
    if tonumber(held) <= now then
        return {'ok', 0}
    end
    redis.call('HSET', targets, seq, now .. ' ' .. place)
    return {'ok', 1}
end
for _, turn in ipairs(redis.call('LRANGE', outbox, 0, -1)) do
    local entry = read_entry(turn)
    local holds, ended, at = {}, 0, now
    for message, held in string.gmatch(entry.holds, '(%d+)=(%d+)') do
        held = tonumber(held)
        if tonumber(message) == seq and held > now then
            held, ended = now, 1
        end
        holds[#holds + 1] = message .. '=' .. held
        at = math.max(at, held)
    end
    if ended == 1 and entry.state == 'held' then
        change(turn, {at = at, holds = table.concat(holds, ' ')})
        rank(0)
        return {'ok', 1}
    end
end
return {'ok', 0}
