#!lua
-- What the carrier says of a message. It says so late, twice and in any order, and sometimes before
-- we know the message: the furthest status stays. A part that has moved on lets the next one go; one
-- that came after the window was closed has its reply put back, from that part on and once; one to
-- somebody who wants no messages is the last, unless they have written since.
-- KEYS: those of outbox.lua, sid, sent, known, ticks, survey, surveys, opinions
-- ARGV: those of outbox.lua, status, how far it is, code, DEDUP_TTL, how far one is that a part need
--       not wait beyond, code of the closed window, code of an opt-out, template that asks the person
--       to write or '', turn of a reply that a gateway gave in a webhook's answer, whose id nobody told
--       us, or ''
-- Answers {'known', 'unknown' or 'back', 1 if it is news or 0, status, code, replies dropped, 1 if that
--         template is due now or 0}
local sid, sent, known_keys, ticks = unpack(KEYS, 6)
local far, code = tonumber(ARGV[4]), tonumber(ARGV[5])

local stored = redis.call('HMGET', sid, 'turn', 'rank', 'part', 'seq')
local turn, part = stored[1], tonumber(stored[3] or 0)
local given, early = ARGV[11], false
if not turn and given ~= '' then -- what is neither was forgotten since
    early = redis.call('HEXISTS', ticks, given) == 0 and read_entry(given) ~= nil
    turn = (early or redis.call('HEXISTS', ticks, given) == 1) and given
end
local news = far > tonumber(stored[2] or -1)
if news then
    redis.call('HSET', sid, 'status', ARGV[3], 'rank', ARGV[4], 'code', ARGV[5])
    redis.call('PEXPIRE', sid, ARGV[6])
    list(known_keys, sid, ARGV[6])
    if early then
        follow(ticks, turn, ARGV[3], code, state_ttl) -- before the gateway could say that it is out
    elseif turn then
        tick(ticks, turn, ARGV[3], code, true)
    end
end

-- What is kept of it since it was sent: where, and its fields; nil if that is not known any more
local function kept()
    for slot = 0, KEPT - 1 do
        local names = {}
        for i, field in ipairs({'turn', 'order', 'seq', 'tries', 'to', 'reply'}) do
            names[i] = field .. ' ' .. slot
        end
        local values = redis.call('HMGET', sent, unpack(names))
        if values[1] == turn then
            return names, values
        end
    end
end

local invited = 0

-- Puts it where those are that may wait for the person; they may have written since
local function wait(seq, fields)
    local wrote = tonumber(redis.call('HGET', state, 'seq') or 0) > seq
    fields.state, fields.at, fields.since = wrote and 'due' or 'parked', now, 0
    fields.parts, fields.attempts, fields.back = part - 1, 0, -1
    change(turn, fields)
    tick(ticks, turn, 'parked', code, true)
    if not wrote then
        invited = invite(turn, ARGV[10])
    end
    rank(0)
    return true
end

-- What is done already goes before all that is not, in the order in which it was sent; what was sent
-- before the person left is done for good
local function restore()
    local names, values = kept()
    local left = redis.call('HGET', state, 'opted_out')
    if redis.call('HEXISTS', state, 'by') == 1 and string.sub(turn, 1, 4) ~= 'say-' then
        return false -- the bot is silent
    end
    if not names or (left and tonumber(values[3]) < tonumber(left)) then
        return false
    end
    redis.call('HDEL', sent, unpack(names))
    local behind = nil
    for _, other in ipairs(redis.call('LRANGE', outbox, 0, -1)) do
        local entry = read_entry(other)
        local later = not entry.order or entry.order > tonumber(values[2])
        if not behind and later and not entry.template then -- which stays the first
            behind = other
        end
    end
    if behind then
        redis.call('LINSERT', outbox, 'BEFORE', behind, turn)
    else
        redis.call('RPUSH', outbox, turn)
    end
    return wait(tonumber(values[3]), {order = values[2], seq = values[3], tries = values[4] + 1,
                                      token = 0, holds = '', to = values[5], reply = values[6]})
end

local function put_back()
    local entry = read_entry(turn)
    if not entry then
        return restore()
    elseif entry.now_or_never then
        return false
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

-- The person wants no messages, said the carrier; returns how many replies that has dropped. What they
-- wrote since that message was tried says otherwise.
local function refuse()
    local seq, last = tonumber(stored[4]), tonumber(redis.call('HGET', state, 'seq') or 0)
    if not seq or last > seq then
        return 0
    end
    local dropped = carrier_refuses(last)
    rank(0)
    return dropped
end

local became, dropped = turn and 'known' or 'unknown', 0
if news and part > 0 and far > tonumber(ARGV[7]) then
    if code == tonumber(ARGV[8]) then
        became = put_back() and 'back' or became
    elseif code == tonumber(ARGV[9]) then
        dropped = refuse()
    elseif redis.call('LINDEX', outbox, 0) == turn then
        local entry = read_entry(turn)
        if entry.state == 'due' and entry.attempts == 0 and entry.parts == part and entry.at > now then
            change(turn, {at = now})
            rank(0)
        end
    end
end
return {became, news and 1 or 0, ARGV[3], code, dropped, invited}
