-- What stands before commit.lua alone: a turn's lead. Fields of the hash of a person's leads are those of
-- keys.h; the zset of the partition tells who has any.
local LEADS_MAX, LISTED_MAX = 20, 2000
local CLOSED = {won = true, lost = true}

local function drop_lead(leads, listed, id)
    local notes = tonumber(redis.call('HGET', leads, 'notes ' .. id) or 0)
    for i = 1, notes do
        redis.call('HDEL', leads, 'note ' .. id .. ' ' .. i)
    end
    redis.call('HDEL', leads, id, 'record ' .. id, 'name ' .. id, 'contact ' .. id, 'notes ' .. id)
    redis.call('ZREM', listed, #user .. ':' .. user .. id)
end

-- Ids of the person's leads, the newest first, and of each {made, at, stage, car}
local function read_leads(leads)
    local ids, known = {}, {}
    for _, field in ipairs(redis.call('HKEYS', leads)) do
        if not string.find(field, ' ', 1, true) then
            local made, at, stage, car = string.match(redis.call('HGET', leads, field), '^(%d+) (%d+) (%a+) (%d+)$')
            known[field] = {made = tonumber(made), at = tonumber(at), stage = stage, car = car}
            ids[#ids + 1] = field
        end
    end
    table.sort(ids, function(a, b)
        return known[a].at > known[b].at or (known[a].at == known[b].at and a > b)
    end)
    return ids, known
end

-- The open lead that this one is about: of the same car, or of none yet; one without a car is about the
-- newest that is open
local function same_lead(ids, known, car)
    local bare
    for _, id in ipairs(ids) do
        if not CLOSED[known[id].stage] then
            if car == '0' or known[id].car == car then
                return id
            end
            bare = bare or (known[id].car == '0' and id)
        end
    end
    return bare or nil
end

-- One open lead of a person and car. Who only leaves their name wants no less than before. Returns 'made' or 'changed', and its stage.
local function keep_lead(leads, listed, turn, car, name, contact, record, kept, interest)
    local ids, known = read_leads(leads)
    local id = same_lead(ids, known, car)
    local became = id and 'changed' or 'made'
    if not id then
        local gone = #ids >= LEADS_MAX and ids[#ids]
        for i = #ids, 1, -1 do
            if gone and CLOSED[known[ids[i]].stage] then
                gone = ids[i]
                break
            end
        end
        if gone then
            drop_lead(leads, listed, gone)
        end
        id, known[turn] = turn, {made = now, stage = 'new', car = car}
    end
    local lead = known[id]
    if became == 'made' or lead.car == '0' or (car ~= '0' and interest ~= 'contact') then
        lead.car = car
        redis.call('HSET', leads, 'record ' .. id, record)
    end
    redis.call('HSET', leads, id, lead.made .. ' ' .. now .. ' ' .. lead.stage .. ' ' .. lead.car)
    if name ~= '' then
        redis.call('HSET', leads, 'name ' .. id, name)
    end
    if contact ~= '' then
        redis.call('HSET', leads, 'contact ' .. id, contact)
    end
    redis.call('PEXPIRE', leads, kept)
    redis.call('ZADD', listed, now, #user .. ':' .. user .. id)
    redis.call('ZREMRANGEBYRANK', listed, 0, -LISTED_MAX - 1)
    redis.call('PEXPIRE', listed, kept)
    return became, lead.stage
end
