#!lua flags=no-writes
-- Tells everything that is stored of a person, some at a time.
-- KEYS: known, the person's other keys, keys that the person shares with others of the partition
-- ARGV: user, how many of KEYS are the person's own, place in KEYS to go on from, item there (from
--       0), bytes that fit into an answer
-- The keys that known names are read too; they carry the same hash tag.
-- Answers {'ok', place and item to go on from, or 0 and 0: that was all, then of each item the kind of
--          its key, its name (an id, a field, or both), a number (its score), its value}
local user, own, place, item = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local room = tonumber(ARGV[5])
local member = #user .. ':' .. user
local base = string.sub(KEYS[1], 1, -#('known:' .. user) - 1) -- what all these names begin with

local function kind_of(key)
    return string.match(string.sub(key, #base + 1), '^[^:]+')
end

-- Items of a key, as many as it has: names and numbers; values are read one by one
local function fields_of(key)
    local fields = redis.call('HKEYS', key)
    table.sort(fields)
    return fields
end

local read = {}

function read.string(key)
    return {{name = '', value = redis.call('GET', key)}}
end

function read.list(key)
    local items = {}
    for i, value in ipairs(redis.call('LRANGE', key, 0, -1)) do
        items[i] = {name = '', value = value}
    end
    return items
end

function read.hash(key)
    local items = {}
    for i, field in ipairs(fields_of(key)) do
        items[i] = {name = field, value = redis.call('HGET', key, field)}
    end
    return items
end

function read.zset(key)
    local items = {}
    local stored = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #stored, 2 do
        items[#items + 1] = {name = '', number = tonumber(stored[i + 1]), value = stored[i]}
    end
    return items
end

function read.none()
    return {}
end

local function stored_at(key)
    return read[redis.call('TYPE', key).ok](key)
end

-- What the keys hold that known names: "seen:<member>:<id>"
local function listed(known)
    local items = {}
    local keys = redis.call('ZRANGE', known, 0, -1)
    table.sort(keys) -- those of a kind together
    for _, key in ipairs(keys) do
        local kind = kind_of(key)
        local id = string.sub(key, #base + #kind + #member + 3)
        for _, stored in ipairs(stored_at(key)) do
            stored.kind = kind
            stored.name = stored.name == '' and id or id .. ' ' .. stored.name
            items[#items + 1] = stored
        end
    end
    return items
end

-- Of a key that is shared, the person's members
local function shared(key)
    local items = {}
    for _, stored in ipairs(stored_at(key)) do
        if stored.value == user then
            items[#items + 1] = {name = '', number = stored.number, value = ''}
        elseif string.sub(stored.value, 1, #member) == member then
            items[#items + 1] = stored
        end
    end
    return items
end

local MOST = 4096 -- items in an answer
local answer, told = {'ok', 0, 0}, 0
while place <= #KEYS do
    local items
    if place == 1 then
        items = listed(KEYS[1])
    elseif place <= own then
        items = stored_at(KEYS[place])
    else
        items = shared(KEYS[place])
    end
    for i = item + 1, #items do
        local found = items[i]
        if string.sub(found.value, 1, #member) == member then
            found.value = string.sub(found.value, #member + 1) -- a record follows
        end
        room = room - #found.name - #found.value - 64
        told = told + 1
        if told > MOST or (room < 0 and told > 1) then
            answer[2], answer[3] = place, i - 1
            return answer
        end
        for _, value in ipairs({found.kind or kind_of(KEYS[place]), found.name, found.number or 0, found.value}) do
            answer[#answer + 1] = value
        end
    end
    place, item = place + 1, 0
end
return answer
