#!lua
-- Tells leads of one partition, those whose customer said something last first. What was forgotten
-- meanwhile goes from the list.
-- KEYS: listed
-- ARGV: what the names of people's leads begin with, stage, 'open' or '' for any, not before (ms), text or
--       '', not after ('+inf', '(ms' or ms), only those behind this member or '', most to tell
-- Answers {'ok', of each of them (user, id, at, "<made> <at> <stage> <car>", record, name, contact, how
--          many notes, the last one "<ms> <size of by>:<by><text>" or '')}
local listed, front = KEYS[1], ARGV[1]
local stage, since, text, upto = ARGV[2], ARGV[3], string.lower(ARGV[4]), ARGV[5]
local behind, most = ARGV[6], tonumber(ARGV[7])
local STEP, RECORD_CAR = 100, 10
local OPEN = {new = true, contacted = true, visit = true}

if behind ~= '' and redis.call('ZSCORE', listed, behind) ~= upto then
    behind, upto = '', '(' .. upto -- it has moved up since
end

local function has_text(user, lead)
    local read, record = pcall(cmsgpack.unpack, lead[2] or '')
    local car = read and type(record) == 'table' and record[RECORD_CAR] or ''
    return string.find(string.lower(user .. '\n' .. (lead[3] or '') .. '\n' .. (lead[4] or '') .. '\n' ..
                                    tostring(car)), text, 1, true)
end

local answer, told, from = {'ok'}, 0, 0
while told < most do
    local found = redis.call('ZREVRANGEBYSCORE', listed, upto, since, 'WITHSCORES', 'LIMIT', from, STEP)
    local gone = {}
    for i = 1, #found, 2 do
        local size, rest = string.match(found[i], '^(%d+):(.*)$')
        local user, id = string.sub(rest, 1, tonumber(size)), string.sub(rest, tonumber(size) + 1)
        local lead = redis.call('HMGET', front .. user, id, 'record ' .. id, 'name ' .. id, 'contact ' .. id,
                                'notes ' .. id)
        local stands = lead[1] and string.match(lead[1], '^%d+ %d+ (%a+)')
        if not stands then
            gone[#gone + 1] = found[i]
        elseif behind ~= '' then
            behind = found[i] ~= behind and behind or ''
        elseif told < most and (stage == '' or stage == stands or (stage == 'open' and OPEN[stands])) and
               (text == '' or has_text(user, lead)) then
            local notes = tonumber(lead[5] or 0)
            local last = notes > 0 and redis.call('HGET', front .. user, 'note ' .. id .. ' ' .. notes) or ''
            told = told + 1
            for _, value in ipairs({user, id, tonumber(found[i + 1]), lead[1], lead[2] or '', lead[3] or '',
                                    lead[4] or '', notes, last or ''}) do
                answer[#answer + 1] = value
            end
        end
    end
    for _, member in ipairs(gone) do
        redis.call('ZREM', listed, member)
    end
    if #found < 2 * STEP then
        break
    end
    from = from + STEP - #gone
end
return answer
