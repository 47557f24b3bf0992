-- What a person has spent at language models today, for the scripts that look at it or add to it;
-- stands behind outbox.lua, before the script. It is counted once per turn, however often it is told.
-- Given: its key, and what the shop's clock is ahead of UTC, ms.
local COUNTED = 8 -- turns that are known to be counted, the newest

local function today_of(offset)
    return math.floor((now + offset) / 86400000)
end

-- Tokens and calls of today, and the turns counted last
local function spent(key, offset)
    local known = redis.call('HMGET', key, 'day', 'tokens', 'calls', 'turns')
    if tonumber(known[1] or -1) ~= today_of(offset) then
        return 0, 0, known[4] or ''
    end
    return tonumber(known[2]), tonumber(known[3]), known[4]
end

local function spend(key, offset, turn, tokens, calls)
    local before, calls_before, turns = spent(key, offset)
    if tokens + calls == 0 or string.find(' ' .. turns .. ' ', ' ' .. turn .. ' ', 1, true) then
        return
    end
    local kept = {turn} -- the newest first
    for other in string.gmatch(turns, '%S+') do
        if #kept < COUNTED then
            kept[#kept + 1] = other
        end
    end
    redis.call('HSET', key, 'day', today_of(offset), 'tokens', before + tokens, 'calls',
               calls_before + calls, 'turns', table.concat(kept, ' '))
    redis.call('PEXPIRE', key, 172800000) -- not before the day is over, wherever that is
end
