-- What stands behind outbox.lua, before the scripts for which it counts whether a person of the shop has
-- the conversation: what is said while that is so, and how it ends. The fields are those of keys.h.
local TALK_MAX, TALK_BYTES = 200, 131072 -- of what was said, the newest
local DESK_MAX = 1000                    -- people of a partition

-- Keeps what was said, by whomever, until the bot has read it and while there is room. Returns its
-- number, and how many had to go that the bot has not read.
local function keep_said(talk, at, record, ttl)
    local n = redis.call('HINCRBY', state, 'talk', 1)
    local entry = n .. ' ' .. at .. ' ' .. record
    local count, lost = redis.call('RPUSH', talk, entry), 0
    local known = redis.call('HMGET', state, 'talk_bytes', 'talk_known')
    local bytes = (count > 1 and tonumber(known[1]) or 0) + #entry
    while count > 1 and (count > TALK_MAX or bytes > TALK_BYTES) do
        local gone = redis.call('LPOP', talk)
        count, bytes = count - 1, bytes - #gone
        if tonumber(string.match(gone, '^%d+')) > tonumber(known[2] or 0) then
            lost = lost + 1
        end
    end
    redis.call('HSET', state, 'talk_bytes', bytes)
    redis.call('PEXPIRE', talk, ttl)
    return n, lost
end

-- A message (record) is by whoever has it, of whom the customer is told so
local function signed(record, by, shown)
    local fields = cmsgpack.unpack(record)
    fields[9], fields[11] = by, shown or nil
    return cmsgpack.pack(fields)
end

-- Who waits for a person, or has one: since when
local function list_at_desk(desk, since)
    redis.call('ZADD', desk, 'NX', since, user)
    redis.call('ZREMRANGEBYRANK', desk, 0, -DESK_MAX - 1)
end

-- The bot has it again. Who waited for a person does so no more, unless that person was silent.
local function hand_back(desk, silent)
    redis.call('HDEL', state, 'by', 'by_at', 'by_until', 'by_shown')
    if not silent then
        redis.call('HDEL', state, 'wanted_at', 'wanted_why', 'wanted_note')
    end
    if redis.call('HEXISTS', state, 'wanted_at') == 0 then
        redis.call('ZREM', desk, user)
    end
end

-- Whoever has it (by; false: nobody) has been silent for too long: returns who had it, else ''
local function lapse(desk, by, ends)
    if not by or not ends or tonumber(ends) > now then
        return ''
    end
    hand_back(desk, true)
    return by
end

-- Why who ('': whoever has it) may not write to this person now, as it is answered; nil: they may. has is
-- by, by_until and by_at.
local function denied(desk, has, who)
    local lapsed = lapse(desk, has[1], has[2])
    if not has[1] or lapsed ~= '' then
        if lapsed ~= '' then
            rank(0)
        end
        return {'free', lapsed}
    elseif who ~= '' and who ~= has[1] then
        return {'taken', has[1], tonumber(has[3])}
    end
end
