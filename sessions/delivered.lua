#!lua
-- What became of a reply, told by the agent that has the lease or by the gateway that took it.
-- KEYS: those of outbox.lua, sid, sent, known, pace, ticks, survey, surveys, opinions
-- ARGV: those of outbox.lua, turn id, token or 0, what became of it, parts sent, sid or '', code,
--       ms until it may be tried again, which try or 0, DEDUP_TTL, ms until the sweeper may look,
--       code of an opt-out, how far a status is that a part need not wait beyond, code of the closed
--       window, µs from one message to the person to the next, how many at once, template that asks
--       the person to write or '', without a token who took it
-- Answers {what became of it, count, code, 1 if that template is due now or 0, replies dropped besides},
--         {'same', count}: no effect, {'claimed'}, {'wrong'}, {'stale'}, {'early', ms}: to be tried
--         then. count: of trying, which try it is; else entries removed.
local sid, sent, known_keys, pace, ticks = unpack(KEYS, 6)
local turn, token, what = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local parts, code, nth = tonumber(ARGV[6]), tonumber(ARGV[8]), tonumber(ARGV[10])

local lease = redis.call('HMGET', state, 'token', 'holder', 'seq')
if token ~= 0 and (tonumber(lease[1] or 0) ~= token or lease[2] == '') then
    return {'stale'}
end
local entry = read_entry(turn)
if token == 0 and entry then -- until an agent tries it, it is the gateway's, of the request it was taken for
    if what == 'again' and entry.state == 'due' and entry.tries == 0 then
        return {'same', 0}
    elseif entry.taker ~= ARGV[19] then
        return {'claimed'}
    elseif entry.state ~= 'taken' and (entry.state ~= 'unsure' or entry.tries > 0) then
        return {'claimed'}
    end
elseif token ~= 0 and (entry and entry.state == 'taken' or not entry and what == 'trying') then
    return {'claimed'}
end
-- the carrier may have spoken of it before
local known = ARGV[7] ~= '' and redis.call('HMGET', sid, 'turn', 'rank', 'code', 'status') or {}
local moved = tonumber(known[2] or 0) > tonumber(ARGV[14])
local said = moved and tonumber(known[3]) or 0
local refused = said == tonumber(ARGV[15])
if ARGV[7] ~= '' then
    redis.call('HSET', sid, 'turn', turn, 'part', parts)
    if entry then
        redis.call('HSET', sid, 'seq', entry.seq)
    end
    redis.call('PEXPIRE', sid, ARGV[11])
    list(known_keys, sid, ARGV[11])
    local sids = {ARGV[7]} -- the newest first
    for known in string.gmatch(redis.call('HGET', state, 'sids') or '', '%S+') do
        if known ~= ARGV[7] and #sids < 15 then
            sids[#sids + 1] = known
        end
    end
    redis.call('HSET', state, 'sids', table.concat(sids, ' '))
end
if known[4] then
    tick(ticks, turn, known[4], tonumber(known[3] or 0), true)
end
if not entry then
    return {'same', 0} -- it is done: this is a repetition
end

if what == 'trying' then
    if entry.state == 'trying' and entry.token == token then
        return {'same', entry.tries}
    elseif redis.call('LINDEX', outbox, 0) ~= turn then
        return {'wrong'}
    elseif entry.last == 1 or (entry.state == 'held' and entry.at > now) then
        return {'claimed'}
    end
    local place, wait = places(pace, clock[1] * 1000000 + clock[2], tonumber(ARGV[16]), tonumber(ARGV[17]), 1, 0)
    if place == 0 then
        return {'early', math.ceil(wait / 1000)}
    end
    change(turn, {state = 'trying', at = now, token = token, tries = entry.tries + 1,
                  attempts = entry.attempts + 1, since = entry.since == 0 and now or entry.since,
                  seq = lease[3] or 0})
    rank(0)
    return {what, entry.tries + 1, 0, 0, 0}
end
if nth ~= 0 and nth ~= entry.tries then
    return {'same', 0} -- late: another try has begun
end
local out = what == 'sent' or what == 'done'
if out and known[1] and entry.back == -1 then
    return {'same', 0} -- a repetition: it was put back since
end

if entry.now_or_never and what == 'parked' then
    what = 'failed' -- who writes later is not to be asked first
end
local tried = entry.state == 'trying' or entry.state == 'unsure'
-- whether the person has written since it was tried last: then the carrier's refusal is outdated
local wrote = tried and tonumber(lease[3] or 0) > entry.seq
local removed, invited, dropped = 0, 0, 0
local back = entry.back ~= -1 and entry.back or nil
if out and refused and not entry.now_or_never then
    back = math.min(back or parts - 1, parts - 1)
end
if entry.last == 1 and (back and out or what == 'sent' or what == 'again' or what == 'parked') then
    remove(turn) -- the person has left meanwhile, or one of the shop has taken it over
    tick(ticks, turn, 'dropped', code)
    rank(token == 0 and 0 or ARGV[12])
    return {'dropped', 1, code, 0, 0}
elseif back and (out or what == 'again' or what == 'parked') then -- the window was closed all the same
    what = tonumber(lease[3] or 0) > entry.seq and 'again' or 'parked'
    tick(ticks, turn, 'parked', tonumber(ARGV[15]))
    change(turn, {state = what == 'again' and 'due' or what, at = now, since = 0, parts = back,
                  attempts = 0, back = -1})
    if what == 'parked' then
        invited = invite(turn, ARGV[18])
    end
    rank(ARGV[12])
    return {what, 0, tonumber(ARGV[15]), invited, 0}
end
if what == 'done' and token ~= 0 and ARGV[7] ~= '' and entry.back ~= -1 and not entry.now_or_never then
    local order = redis.call('HINCRBY', sent, 'order', 1)
    local slot = ' ' .. order % KEPT
    local texts = redis.call('HMGET', outgoing, 'to ' .. turn, 'reply ' .. turn)
    redis.call('HSET', sent, 'turn' .. slot, turn, 'order' .. slot, order, 'seq' .. slot, entry.seq,
               'tries' .. slot, entry.tries, 'to' .. slot, texts[1], 'reply' .. slot, texts[2])
    redis.call('PEXPIRE', sent, ARGV[11])
end
if what == 'done' or what == 'failed' then
    remove(turn)
    local far = what == 'done' and 'sent' or what
    if redis.call('HEXISTS', ticks, turn) == 1 then
        tick(ticks, turn, far, code)
    elseif not entry.now_or_never and (what == 'failed' or ARGV[7] ~= '' or token == 0) then
        follow(ticks, turn, known[4] or far, known[4] and tonumber(known[3] or 0) or code, state_ttl)
    end
    removed = 1
    if what == 'failed' and entry.unasked == 1 and uncount(turn) then
        redis.call('HSET', survey, 'state', 'closed') -- nobody is asked twice for that
    end
    if what == 'failed' and code == tonumber(ARGV[13]) and not wrote then
        removed = removed + carrier_refuses(lease[3] or 0)
    end
elseif what == 'sent' and parts > entry.parts then
    change(turn, {state = 'due', at = moved and now or now + ARGV[9], parts = parts, attempts = 0,
                  since = 0})
elseif what == 'again' and entry.state ~= 'parked' then
    change(turn, {state = 'due', at = now + ARGV[9], since = 0})
elseif what == 'unsure' and tried then
    change(turn, {state = 'unsure', at = now + ARGV[9]})
elseif what == 'parked' and tried and wrote then
    change(turn, {state = 'due', at = now, since = 0}) -- the window is open again
elseif what == 'parked' and tried then
    change(turn, {state = 'parked', at = now, since = 0})
    tick(ticks, turn, 'parked', code)
    invited = invite(turn, ARGV[18])
else
    return {'same', 0}
end
if out and said == tonumber(ARGV[13]) and tonumber(lease[3] or 0) <= entry.seq then
    dropped = carrier_refuses(lease[3] or 0)
end
rank(token == 0 and 0 or ARGV[12])
return {what, removed, code, invited, dropped}
