#!lua
-- Drops the alerts about a person that wait.
-- KEYS: due, items
-- ARGV: user
-- Answers {'ok', alerts dropped}
local due, items = unpack(KEYS)
local whose = #ARGV[1] .. ':' .. ARGV[1]
local dropped = 0
for _, id in ipairs(redis.call('HKEYS', items)) do
    local value = redis.call('HGET', items, id)
    local at = string.match(value, '^%d+ %d+ %d+ %d+ ()')
    if string.sub(value, at, at + #whose - 1) == whose then
        redis.call('ZREM', due, id)
        dropped = dropped + redis.call('HDEL', items, id)
    end
end
return {'ok', dropped}
