#!lua
-- Keeps what turns took, and forgets the oldest turns beyond so many. A repetition changes nothing.
-- A turn that was answered puts its person on top of the list of the newest conversations.
-- KEYS: log of turns, records, people, marks, changes
-- ARGV: most turns, most people, how long they are listed, ms; of each turn: its id, when its first
--       message was received, when it was claimed, record, whose conversation or ''
-- Answers {'ok', turns forgotten}
local log, records, people, marks, changes = unpack(KEYS)
local most, most_people, listed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local AT_ONCE = 1000 -- that a smaller TURN_LOG_MAX forgets with every step

local order, kept, talked, newest = {}, {}, {}, 0
for i = 4, #ARGV, 5 do
    local turn, claimed, user = ARGV[i], ARGV[i + 2], ARGV[i + 4]
    order[#order + 1] = claimed
    order[#order + 1] = turn
    kept[#kept + 1] = turn
    kept[#kept + 1] = ARGV[i + 1] .. ' ' .. claimed .. ' ' .. ARGV[i + 3]
    if user ~= '' then
        talked[#talked + 1] = claimed
        talked[#talked + 1] = user
        newest = math.max(newest, tonumber(claimed))
    end
end
if most > 0 then
    redis.call('ZADD', log, unpack(order))
    redis.call('HSET', records, unpack(kept))
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
