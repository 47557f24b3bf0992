-- What stands behind outbox.lua, before the scripts that change a survey: when its question is due, how
-- it is taken back, and what is counted. The states are those of keys.h.
-- KEYS: survey, surveys and opinions are the last three of the script
local survey, surveys, opinions = unpack(KEYS, #KEYS - 2)
local DAY, KEPT_DAYS = 86400000, 400
local COUNTS = {'asked', 'answered', 'promoters', 'passives', 'detractors', 'sum'}

-- Adds to what is counted of the day of the question and of the rules of its conversation. A day that
-- is new makes room for itself: those that nobody asks for any more go.
local function count(asked, rules, more)
    local today = math.floor(asked / DAY)
    local field = today .. ' ' .. rules
    local before = redis.call('HGET', surveys, field)
    if not before then
        for _, old in ipairs(redis.call('HKEYS', surveys)) do
            if tonumber(string.match(old, '^%d+')) <= today - KEPT_DAYS then
                redis.call('HDEL', surveys, old)
            end
        end
    end
    local values, i = {}, 0
    for value in string.gmatch(before or '0 0 0 0 0 0', '%S+') do
        i = i + 1
        values[i] = tonumber(value) + (more[COUNTS[i]] or 0)
    end
    redis.call('HSET', surveys, field, table.concat(values, ' '))
    redis.call('PEXPIRE', surveys, KEPT_DAYS * DAY)
end

local function class(score)
    return score >= 9 and 'promoters' or score >= 7 and 'passives' or 'detractors'
end

-- A question that is due is none any more: the person writes, or may not be written to
local function drop_due()
    return redis.call('HDEL', state, 'ask_at', 'ask_until', 'ask_to', 'ask') > 0
end

-- The question of that turn was put, but never went out
local function uncount(turn)
    local asked = redis.call('HMGET', survey, 'asked', 'rules', 'turn', 'state')
    if asked[3] == turn and asked[4] == 'asked' then
        count(tonumber(asked[1]), asked[2], {asked = -1})
        return true
    end
    return false
end

-- A question that is known not to be out is taken back: the person writes, or it has waited for too
-- long. Returns how many were.
local function take_back()
    local taken = 0
    for _, turn in ipairs(redis.call('LRANGE', outbox, 0, -1)) do
        local entry = read_entry(turn)
        if entry.unasked == 1 and entry.state == 'due' and entry.parts == 0 then
            remove(turn)
            if uncount(turn) then
                redis.call('DEL', survey)
            end
            taken = taken + 1
        end
    end
    return taken
end

-- The carrier says that the person wants no messages. Returns how many replies that has dropped; their
-- answers to what they write from now on go out.
local function carrier_refuses(last)
    take_back()
    return leave(last + 1)
end
