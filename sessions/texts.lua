#!lua
-- Versions of what the shop writes for its seller: the rules, and what it knows of the shop. A version is
-- never changed. One step per call, named by the first argument. Built in twice: look, list and get go to
-- the one that may not write, so that they are answered by a Redis that is full or without a replica.
-- KEYS: rules, knowledge
-- ARGV: step, rules or knowledge, then what the step takes
-- Answers {word …}: 'ok' and what the step says, or why not
local MOST_VERSIONS = 100 -- the oldest that is not live goes
local steps, of = {}, {rules = KEYS[1], knowledge = KEYS[2]}
local key = of[ARGV[2]]

local function number(field)
    return tonumber(redis.call('HGET', key, field) or 0)
end

local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- saved, by, note, size, tokens, published, by
local function read(version)
    local stored = redis.call('HGET', key, 'm' .. version)
    return stored and cmsgpack.unpack(stored)
end

local function keep(version, meta)
    redis.call('HSET', key, 'm' .. version, cmsgpack.pack(meta))
end

-- The numbers of those that are kept, the newest first
local function kept()
    local found = {}
    for _, field in ipairs(redis.call('HKEYS', key)) do
        local version = string.match(field, '^m(%d+)$')
        if version then
            found[#found + 1] = tonumber(version)
        end
    end
    table.sort(found, function(a, b) return a > b end)
    return found
end

local function add(answer, version, meta)
    answer[#answer + 1] = version
    for i = 1, 7 do
        answer[#answer + 1] = meta[i]
    end
end

local function nothing()
    return {0, '', '', 0, 0, 0, ''}
end

local function saved_at(version)
    local meta = read(version)
    return version > 0 and meta and meta[1] or 0
end

-- -> live rules, when they were kept, live knowledge, when it was kept
function steps.look()
    local answer = {'ok'}
    for _, document in ipairs({'rules', 'knowledge'}) do
        key = of[document]
        local live = number('live')
        answer[#answer + 1] = live
        answer[#answer + 1] = saved_at(live)
    end
    return answer
end

-- -> live, last, room, and of each version: number, kept when, by, note, size, tokens, published when, by
function steps.list()
    local answer = {'ok', number('live'), number('last'), number('room')}
    local versions = kept()
    for _, version in ipairs(versions) do
        add(answer, version, read(version))
    end
    if versions[#versions] ~= 0 then
        add(answer, 0, nothing())
    end
    return answer
end

-- version -> the same of one version, and its text
function steps.get(version)
    local meta, text = read(version), redis.call('HGET', key, 't' .. version)
    if not meta or not text then
        return {'none'}
    end
    local answer = {'ok'}
    add(answer, tonumber(version), meta)
    answer[#answer + 1] = text
    return answer
end

-- text, the newest version one knows of, who, note, tokens -> live, last, room; or long, the room; or
-- conflict, the newest version, who made it
function steps.save(text, known, by, note, tokens)
    local last, room = number('last'), number('room')
    if tonumber(known) ~= last then
        local meta = read(last)
        return {'conflict', last, meta and meta[2] or ''}
    end
    if room > 0 and tonumber(tokens) > room then
        return {'long', room}
    end
    local live, versions = number('live'), kept()
    local spare = #versions + 1 - MOST_VERSIONS - (versions[#versions] == 0 and 1 or 0)
    for i = #versions, 1, -1 do
        if spare > 0 and versions[i] > 0 and versions[i] ~= live then
            redis.call('HDEL', key, 'm' .. versions[i], 't' .. versions[i])
            spare = spare - 1
        end
    end
    last = last + 1
    redis.call('HSET', key, 't' .. last, text, 'last', last)
    keep(last, {now(), by, note, #text, tonumber(tokens), 0, ''})
    return {'ok', live, last, room}
end

-- version, the one that is live as far as one knows, who -> live, last, room; or none; or long, the room; or
-- conflict, the live version, who published it
function steps.publish(version, known, by)
    local live, room, meta = number('live'), number('room'), read(version)
    if tonumber(known) ~= live then
        local other = read(live)
        return {'conflict', live, other and other[7] or ''}
    end
    if not meta and version ~= '0' then
        return {'none'}
    end
    if version ~= '0' and room > 0 and meta[5] > room then
        return {'long', room}
    end
    meta = meta or nothing()
    meta[6], meta[7] = now(), by
    keep(version, meta)
    redis.call('HSET', key, 'live', version)
    return {'ok', tonumber(version), number('last'), room}
end

-- room, text of the installation's or '', tokens of it -> nothing
function steps.offer(room, text, tokens)
    local has = redis.call('HMGET', key, 'room', 't0')
    if has[1] ~= room then
        redis.call('HSET', key, 'room', room)
    end
    if text ~= '' and has[2] ~= text then
        local meta = read(0) or nothing()
        meta[4], meta[5] = #text, tonumber(tokens)
        redis.call('HSET', key, 't0', text)
        keep(0, meta)
    end
    return {'ok'}
end

return steps[ARGV[1]](unpack(ARGV, 3))
