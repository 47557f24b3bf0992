#!lua
-- Erases everything that is stored of a person: the conversation, what waits, what was to go out, what
-- is kept of answers and messages. A turn that runs loses its lease with that. What stays is that the
-- person wants no messages, if that is so: it is there to keep them from being written to.
-- KEYS: known, the person's other keys, the first of which is state, keys that the person shares with
--       others of the partition
-- ARGV: user, how many of KEYS are the person's own
-- The keys that known names are deleted too; they carry the same hash tag.
-- Answers {'ok', keys and entries erased}
local user, own = ARGV[1], tonumber(ARGV[2])
local known, state = KEYS[1], KEYS[2]
local member = #user .. ':' .. user
local erased = 0

local opted_out = redis.call('HEXISTS', state, 'opted_out') == 1
local only_that = opted_out and redis.call('HLEN', state) == 1
for _, key in ipairs(redis.call('ZRANGE', known, 0, -1)) do
    erased = erased + redis.call('DEL', key)
end
for i = 1, own do
    erased = erased + redis.call('DEL', KEYS[i])
end
for i = own + 1, #KEYS do
    for _, value in ipairs(redis.call('ZRANGE', KEYS[i], 0, -1)) do
        if value == user or string.sub(value, 1, #member) == member then
            erased = erased + redis.call('ZREM', KEYS[i], value)
        end
    end
end
if opted_out then
    redis.call('HSET', state, 'opted_out', 1) -- of what comes from now on, everything may be answered
    erased = erased - (only_that and 1 or 0)
end
return {'ok', erased}
