#!lua
-- What the carrier says of a message. It says so late, twice and in any order, and sometimes before
-- we know the message: the furthest status stays. A part that has moved on lets the next one go; one
-- that came after the window was closed has its reply put back, from that part on and once.
-- KEYS: those of outbox.lua, sid, sent
-- ARGV: those of outbox.lua, status, how far it is, code, DEDUP_TTL, how far one is that a part need
--       not wait beyond, code of the closed window
-- Answers {'known', 'unknown' or 'back', 1 if it is news or 0, status, code}
local KEPT = 4 -- as in delivered.lua
local sid, sent = unpack(KEYS, 6)
local far, code = tonumber(ARGV[4]), tonumber(ARGV[5])

local stored = redis.call('HMGET', sid, 'turn', 'rank', 'part')
local turn, part = stored[1], tonumber(stored[3] or 0)
local news = far > tonumber(stored[2] or -1)
if news then
    redis.call('HSET', sid, 'status', ARGV[3], 'rank', ARGV[4], 'code', ARGV[5])
    redis.call('PEXPIRE', sid, ARGV[6])
end

-- Puts it where those are that may wait for the person; they may have written since
local function wait(seq, fields)
    local wrote = tonumber(redis.call('HGET', state, 'seq') or 0) > seq
    fields.state, fields.at, fields.since = wrote and 'due' or 'parked', now, 0
    fields.parts, fields.attempts, fields.back = part - 1, 0, -1
    change(turn, fields)
    rank(0)
    return true
end

-- What is done already goes before all that is not, in the order in which it was sent
local function restore()
    for slot = 0, KEPT - 1 do
        local kept = redis.call('HMGET', sent, 'turn ' .. slot, 'order ' .. slot, 'seq ' .. slot,
                                'tries ' .. slot, 'to ' .. slot, 'reply ' .. slot)
        if kept[1] == turn then
            redis.call('HDEL', sent, 'turn ' .. slot, 'order ' .. slot, 'seq ' .. slot,
                       'tries ' .. slot, 'to ' .. slot, 'reply ' .. slot)
            local behind = nil
            for _, other in ipairs(redis.call('LRANGE', outbox, 0, -1)) do
                local order = read_entry(other).order
                if not behind and (not order or order > tonumber(kept[2])) then
                    behind = other
                end
            end
            if behind then
                redis.call('LINSERT', outbox, 'BEFORE', behind, turn)
            else
                redis.call('RPUSH', outbox, turn)
            end
            return wait(tonumber(kept[3]), {order = kept[2], seq = kept[3], tries = kept[4] + 1,
                                            token = 0, holds = '', to = kept[5], reply = kept[6]})
        end
    end
    return false
end

local function put_back()
    local entry = read_entry(turn)
    if not entry then
        return redis.call('HEXISTS', state, 'opted_out') == 0 and restore()
    elseif entry.back == -1 then
        if entry.state == 'parked' and entry.parts >= part then
            change(turn, {parts = part - 1}) -- an earlier part of it
        end
        return false
    elseif entry.state == 'due' or entry.state == 'parked' then
        return wait(entry.seq, {})
    end
    change(turn, {back = math.min(entry.back or part - 1, part - 1)}) -- when that try has ended
    return false
end

local became = turn and 'known' or 'unknown'
if news and part > 0 and far > tonumber(ARGV[7]) then
    if code == tonumber(ARGV[8]) then
        became = put_back() and 'back' or became
    elseif redis.call('LINDEX', outbox, 0) == turn then
        local entry = read_entry(turn)
        if entry.state == 'due' and entry.attempts == 0 and entry.parts == part and entry.at > now then
            change(turn, {at = now})
            rank(0)
        end
    end
end
return {became, news and 1 or 0, ARGV[3], code}
