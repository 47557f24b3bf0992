#!lua
-- Keeps what a turn took, and forgets the oldest turns beyond so many. A repetition changes nothing.
-- A turn that was answered puts its person on top of the list of the newest conversations.
-- KEYS: log of turns, records, people, marks, changes
-- ARGV: turn id, when its first message was received, when it was claimed, record, most turns, whose
--       conversation or '', most people, how long they are listed, ms
-- Answers {'ok', turns forgotten}
local log, records, people, marks, changes = unpack(KEYS)
local turn, most = ARGV[1], tonumber(ARGV[5])
local AT_ONCE = 1000 -- that a smaller TURN_LOG_MAX forgets with every turn

if most > 0 then
    redis.call('ZADD', log, ARGV[3], turn)
    redis.call('HSET', records, turn, ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
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

local user, most_people = ARGV[6], tonumber(ARGV[7])
if user ~= '' then
    redis.call('ZADD', people, 'GT', ARGV[3], user)
    redis.call('INCR', changes)
    local spare = redis.call('ZCARD', people) - most_people
    for _ = 1, 10 do -- some at a time
        local old = redis.call('ZRANGE', people, 0, 0, 'WITHSCORES')
        if spare <= 0 and tonumber(old[2] or math.huge) >= ARGV[3] - ARGV[8] then
            break
        end
        redis.call('ZREM', people, old[1])
        redis.call('HDEL', marks, old[1])
        spare = spare - 1
    end
end
return {'ok', math.max(excess, 0)}
