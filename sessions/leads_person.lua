#!lua
-- Tells all leads of a person, the newest first; before that changes one of them, if it is said which.
-- KEYS: leads, listed
-- ARGV: user, lead or '', its stage from now on or '', a note or '', by whom, ms that leads are kept
-- Answers {'unknown'}: there is no such lead, {'full'}: it has as many notes as it may, {'ok', changed: 0 or
--         1, of each (id, "<made> <at> <stage> <car>", record, name, contact, how many notes, of each
--         "<ms> <size of by>:<by><text>")}
local leads, listed = unpack(KEYS)
local user, id, stage, note, by, kept = unpack(ARGV)
local NOTES_MAX = 50
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- By the same in the same words as the last one: the repetition of a request
local function is_repeated(count)
    local last = count > 0 and redis.call('HGET', leads, 'note ' .. id .. ' ' .. count)
    return last and string.match(last, '^%d+ (.*)$') == #by .. ':' .. by .. note
end

local changed = 0
if id ~= '' then
    local stands = not string.find(id, ' ', 1, true) and redis.call('HGET', leads, id)
    if not stands then
        return {'unknown'}
    end
    local count = tonumber(redis.call('HGET', leads, 'notes ' .. id) or 0)
    local adds = note ~= '' and not is_repeated(count)
    if adds and count >= NOTES_MAX then
        return {'full'}
    end
    if adds then
        redis.call('HSET', leads, 'note ' .. id .. ' ' .. count + 1, string.format('%d ', now) .. #by .. ':' .. by .. note,
                   'notes ' .. id, count + 1)
        changed = 1
    end
    local made, at, before, car = string.match(stands, '^(%d+) (%d+) (%a+) (%d+)$')
    if stage ~= '' and stage ~= before then
        redis.call('HSET', leads, id, made .. ' ' .. at .. ' ' .. stage .. ' ' .. car)
        changed = 1
    end
    if changed == 1 then
        redis.call('PEXPIRE', leads, kept)
        redis.call('PEXPIRE', listed, kept)
    end
end

local ids, at = {}, {}
for _, field in ipairs(redis.call('HKEYS', leads)) do
    if not string.find(field, ' ', 1, true) then
        ids[#ids + 1] = field
        at[field] = tonumber(string.match(redis.call('HGET', leads, field), '^%d+ (%d+)'))
    end
end
table.sort(ids, function(a, b)
    return at[a] > at[b] or (at[a] == at[b] and a > b)
end)
local answer = {'ok', changed}
for _, one in ipairs(ids) do
    local lead = redis.call('HMGET', leads, one, 'record ' .. one, 'name ' .. one, 'contact ' .. one, 'notes ' .. one)
    local count = tonumber(lead[5] or 0)
    for _, value in ipairs({one, lead[1], lead[2] or '', lead[3] or '', lead[4] or '', count}) do
        answer[#answer + 1] = value
    end
    for i = 1, count do
        answer[#answer + 1] = redis.call('HGET', leads, 'note ' .. one .. ' ' .. i) or ''
    end
end
return answer
