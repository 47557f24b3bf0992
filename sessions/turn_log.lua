#!lua
-- Keeps what a turn took, and forgets the oldest turns beyond so many. A repetition changes nothing.
-- KEYS: log of turns, records
-- ARGV: turn id, when its first message was received, when it was claimed, record, most turns
-- Answers {'ok', turns forgotten}
local log, records = KEYS[1], KEYS[2]
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
return {'ok', math.max(excess, 0)}
