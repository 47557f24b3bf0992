-- What stands before every script that may change a user's outbox: its keys, the time, and how an
-- entry is read, changed and found. The states are those of keys.h.
-- KEYS: state, inbox, ready, outbox, outgoing, then those of the script
-- ARGV: user, STATE_TTL, then those of the script
local state, inbox, ready, outbox, outgoing = unpack(KEYS)
local user, state_ttl = ARGV[1], ARGV[2]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local FIELDS = {'state', 'at', 'since', 'parts', 'tries', 'attempts', 'token', 'seq', 'back', 'order',
                'last', 'unasked', 'template', 'holds', 'taker', 'to', 'reply'}
local OFFERED = 8 -- entries that an agent is told at once, at most
local KEPT = 4    -- replies that are kept when they are sent
local FOLLOWED = 200 -- messages of which is known how far they have come, and up to twice as many

local function names(turn, count)
    local made = {}
    for i = 1, count do
        made[i] = FIELDS[i] .. ' ' .. turn
    end
    return unpack(made)
end

-- An entry without its texts; nil if there is none of that turn
local function read_entry(turn)
    local values = redis.call('HMGET', outgoing, names(turn, 15))
    if not values[1] then
        return nil
    end
    local entry = {turn = turn, state = values[1], template = values[13] or nil, holds = values[14],
                   taker = values[15] or ''}
    for i = 2, 12 do
        entry[FIELDS[i]] = tonumber(values[i])
    end
    entry.now_or_never = entry.unasked == 1 or entry.template ~= nil -- nobody waits for it
    return entry
end

local function change(turn, fields)
    local words = {}
    for field, value in pairs(fields) do
        words[#words + 1] = field .. ' ' .. turn
        words[#words + 1] = value
    end
    redis.call('HSET', outgoing, unpack(words))
end

local function remove(turn)
    redis.call('LREM', outbox, 1, turn)
    redis.call('HDEL', outgoing, names(turn, #FIELDS))
end

-- A key with an id in its name is listed with its person for as long as it lives. ttl is the same for
-- all of them.
local function list(known, key, ttl)
    redis.call('ZREMRANGEBYSCORE', known, '-inf', now)
    redis.call('ZADD', known, now + ttl, key)
    redis.call('PEXPIRE', known, ttl)
end

-- How far a message has come is kept from now on, of the newest: what a person of the shop writes from the
-- beginning, the bot's replies once they have gone out through the carrier.
local function follow(ticks, turn, status, code, ttl)
    if redis.call('HLEN', ticks) >= 2 * FOLLOWED then
        local turns = redis.call('HKEYS', ticks)
        local function made(name) -- a person's messages have the time behind a word
            return string.match(name, '^say%-(.*)$') or name
        end
        table.sort(turns, function(a, b) return made(a) < made(b) end)
        for i = 1, #turns - FOLLOWED do
            redis.call('HDEL', ticks, turns[i])
        end
    end
    redis.call('HSET', ticks, turn, status .. ' ' .. code)
    redis.call('PEXPIRE', ticks, ttl)
end

-- It has come further. of_carrier: it is the carrier's word, which goes before ours.
local function tick(ticks, turn, status, code, of_carrier)
    local known = redis.call('HGET', ticks, turn)
    local ours = known and (string.match(known, '^waiting ') or string.match(known, '^parked '))
    if known and (of_carrier or ours) then
        redis.call('HSET', ticks, turn, status .. ' ' .. code)
    end
end

-- When an agent that gets the lease may deliver it; nil: not before the person writes again
local function opens(entry)
    if entry.state == 'parked' then
        return nil
    end
    return entry.state == 'trying' and 0 or entry.at -- who tried it has no lease any more
end

-- What may be delivered now: from the head up to the first that may not. own: the lease under
-- which the asker delivers already, or 0; what is tried under it is not offered again.
local function deliverable(own)
    local found = {}
    for i, turn in ipairs(redis.call('LRANGE', outbox, 0, OFFERED - 1)) do
        local entry = read_entry(turn)
        local at = opens(entry)
        if not at or at > now or (own ~= 0 and entry.state == 'trying' and entry.token == own) then
            break
        end
        found[i] = entry
    end
    return found
end

-- Drops what was to come; what may be out already is not tried again. each, if there is one, is asked
-- of every turn: false keeps it, else it is told whether nothing of it went out. Returns how many were
-- dropped.
local function drop_replies(each)
    local dropped = 0
    for _, turn in ipairs(redis.call('LRANGE', outbox, 0, -1)) do
        local entry = read_entry(turn)
        local waits = entry.state == 'held' or entry.state == 'due' or entry.state == 'parked'
        if each and not each(turn, waits and entry.parts == 0) then
            waits = nil
        elseif waits then
            remove(turn)
            dropped = dropped + 1
        else
            change(turn, {last = 1})
        end
    end
    return dropped
end

-- The person wants no messages. from: the first message of theirs that may still be answered.
local function leave(from)
    redis.call('HSET', state, 'opted_out', from)
    return drop_replies()
end

-- A reply waits until the person writes; the template asks them to, if there is one. Once until they do,
-- however many replies wait, and nobody who wants no messages. It is an entry of its own, before what
-- waits. Returns 1 if it is due now, else 0.
local function invite(turn, template)
    local known = redis.call('HMGET', state, 'seq', 'invited', 'opted_out')
    local seq = known[1] or '0'
    if template == '' or known[2] == seq or known[3] then
        return 0
    end
    local entry = string.format('W%.0f', clock[1] * 1000000 + clock[2])
    redis.call('HSET', state, 'invited', seq)
    redis.call('LPUSH', outbox, entry)
    change(entry, {state = 'due', at = now, since = 0, parts = 0, tries = 0, attempts = 0, token = 0, seq = seq,
                   unasked = 0, template = template, holds = '',
                   to = redis.call('HGET', outgoing, 'to ' .. turn)})
    return 1
end

-- The person has written: they need not be asked to
local function uninvite(entry)
    if entry.state == 'due' then
        remove(entry.turn)
    else
        change(entry.turn, {last = 1})
    end
end

-- Puts the user where the sweeper will look in time, after a change that leaves the lease as it is
-- now. grace: ms that others have to hand on by themselves what can be done already. waits: whether
-- there is a message, if that is known. Without a head there is nothing in the outbox that could expire.
local function rank(grace, waits)
    if waits == nil then
        waits = redis.call('EXISTS', inbox) == 1
    end
    local head = redis.call('LINDEX', outbox, 0)
    local at = head and opens(read_entry(head))
    local stands = redis.call('HMGET', state, 'holder', 'until', 'ask_at', 'opted_out', 'by', 'by_until')
    if not head and not waits then -- the survey's question goes behind all else
        at = tonumber(stands[3])
    end
    if stands[5] and stands[6] then -- whoever of the shop has it may be silent for so long
        at = math.min(at or math.huge, tonumber(stands[6]))
    end
    if not waits and not at then
        redis.call('ZREM', ready, user)
        for _, key in ipairs(head and {state, outgoing, outbox} or {state, outgoing}) do
            redis.call('PEXPIRE', key, state_ttl)
        end
        if stands[4] or stands[5] then
            redis.call('PERSIST', state) -- neither a wish nor a person wears off
        end
        return
    end
    local look = waits and now + grace or math.huge
    if at then
        look = math.min(look, at > now and at or now + grace)
    end
    if stands[1] and stands[1] ~= '' and tonumber(stands[2]) > now then
        look = tonumber(stands[2])
    end
    redis.call('ZADD', ready, look, user)
    for _, key in ipairs(head and {state, outgoing, outbox} or {state}) do
        redis.call('PERSIST', key)
    end
end
