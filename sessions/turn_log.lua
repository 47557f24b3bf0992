#!lua
-- Keeps what turns took, and forgets the oldest turns beyond so many. A repetition changes nothing.
-- A turn that is new to the log is counted in what its day came to (tally.h). A turn that was
-- answered puts its person on top of the list of the newest conversations.
-- KEYS: log of turns, records, people, marks, changes; of some day: tally, people who talked, saw a
--       list, were quoted, became leads
-- ARGV: most turns, most people, how long they are listed, ms, how long tallies are kept, ms; of
--       each turn: its id, when it was claimed, "<received> <claimed> <record>", whose it was, "<day>
--       <hour> <steps, a bit each> <sum>=<amount>,… <size of sought> <size of missed> <sought><missed>
--       <why it failed>"
-- Answers {'ok', turns forgotten}
local log, records, people, marks, changes = unpack(KEYS)
local most, most_people, listed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local AT_ONCE = 1000 -- that a smaller TURN_LOG_MAX forgets with every step
local MOST_FIELDS = 4000 -- of a day's tally: names beyond are counted without

local order, kept, talked, newest = {}, {}, {}, 0
local turns, ids = {}, {}
for i = 5, #ARGV, 5 do
    local turn, claimed, user = ARGV[i], ARGV[i + 1], ARGV[i + 3]
    order[#order + 1] = claimed
    order[#order + 1] = turn
    kept[#kept + 1] = turn
    kept[#kept + 1] = ARGV[i + 2]
    ids[#ids + 1] = turn
    local day, hour, steps, sums, sought, missed, texts =
        string.match(ARGV[i + 4], '^(%d+) (%d+) (%d+) (%S+) (%d+) (%d+) (.*)$')
    turns[#turns + 1] = {id = turn, user = user, day = day, hour = hour, steps = tonumber(steps),
                         sums = sums, sought = tonumber(sought), missed = tonumber(missed), texts = texts}
    if string.sub(sums, 1, 2) == 't=' then
        talked[#talked + 1] = claimed
        talked[#talked + 1] = user
        newest = math.max(newest, tonumber(claimed))
    end
end

local days = {}

-- What these turns add to their days.
local function gather(turn)
    local day = days[turn.day]
    if not day then
        day = {sums = {}, names = {}, met = {{}, {}, {}, {}}}
        days[turn.day] = day
    end
    for sum, amount in string.gmatch(turn.sums, '([^=]+)=(%d+),?') do
        local field = turn.hour .. ' ' .. sum
        day.sums[field] = (day.sums[field] or 0) + amount
    end
    local texts, missed = turn.texts, turn.sought + turn.missed
    local names = {s = string.sub(texts, 1, turn.sought), m = string.sub(texts, turn.sought + 1, missed),
                   y = string.sub(texts, missed + 1)}
    for kind, name in pairs(names) do
        if name ~= '' then
            day.names[kind .. name] = (day.names[kind .. name] or 0) + 1
        end
    end
    for i, met in ipairs(day.met) do
        if math.floor(turn.steps / 2 ^ (i - 1)) % 2 == 1 then
            met[#met + 1] = turn.user
        end
    end
end

-- The key of that day, by that of another.
local function of(day, key)
    return string.match(key, '^(.*:)%d+$') .. day
end

local function count(number, day)
    local tally = of(number, KEYS[6])
    local size = redis.call('HLEN', tally)
    for field, amount in pairs(day.sums) do
        redis.call('HINCRBY', tally, field, string.format('%.0f', amount))
    end
    for name, amount in pairs(day.names) do
        if size >= MOST_FIELDS and redis.call('HEXISTS', tally, name) == 0 then
            name = string.sub(name, 1, 1)
        end
        redis.call('HINCRBY', tally, name, amount)
    end
    if size == 0 then
        redis.call('PEXPIRE', tally, ARGV[4])
    end
    for i, met in ipairs(day.met) do
        local key = of(number, KEYS[6 + i])
        if #met > 0 and redis.call('PFADD', key, unpack(met)) == 1 then
            redis.call('PEXPIRE', key, ARGV[4])
        end
    end
end

if most > 0 then
    local known, seen = redis.call('ZMSCORE', log, unpack(ids)), {}
    for i, turn in ipairs(turns) do
        if not known[i] and not seen[turn.id] then
            seen[turn.id] = true
            gather(turn)
        end
    end
    redis.call('ZADD', log, unpack(order))
    redis.call('HSET', records, unpack(kept))
    for number, day in pairs(days) do
        count(number, day)
    end
end
local excess = math.min(redis.call('ZCARD', log) - most, AT_ONCE)
if excess > 0 then
    local popped = redis.call('ZPOPMIN', log, excess)
    local fields = {}
    for i = 1, #popped, 2 do
        fields[#fields + 1] = popped[i]
        fields[#fields + 1] = 'out ' .. popped[i]
    end
    redis.call('HDEL', records, unpack(fields))
end

if #talked > 0 then
    redis.call('ZADD', people, 'GT', unpack(talked))
    redis.call('INCR', changes)
    local spare = redis.call('ZCARD', people) - most_people
    for _ = 1, 10 * #talked / 2 do -- some at a time
        local old = redis.call('ZRANGE', people, 0, 0, 'WITHSCORES')
        if spare <= 0 and tonumber(old[2] or math.huge) >= newest - listed then
            break
        end
        redis.call('ZREM', people, old[1])
        redis.call('HDEL', marks, old[1])
        spare = spare - 1
    end
end
return {'ok', math.max(excess, 0)}
