#!lua
-- Looks at what all have spent at language models today, and adds what turns have spent, each turn
-- once. Whoever is the first to see that the day's budget is reached, or is not any more, is told.
-- KEYS: budget of the day; to add: that a turn was counted, turn by turn
-- ARGV: what the shop's clock is ahead of UTC, ms; tokens and calls that a day may have, 0: any; how
--       long a turn may be told again, ms; tokens and calls of each turn
-- Answers {'ok', day, tokens, calls, 1 if the budget is reached or 0, 'reached', 'cleared' or ''}
local budget = KEYS[1]
local most_tokens, most_calls = tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local today = math.floor((now + ARGV[1]) / 86400000)

local known = redis.call('HMGET', budget, 'day', 'tokens', 'calls', 'reached')
local tokens, calls = 0, 0
if tonumber(known[1] or -1) == today then
    tokens, calls = tonumber(known[2]), tonumber(known[3])
end
local adds = false
for i = 2, #KEYS do
    if redis.call('SET', KEYS[i], 1, 'NX', 'PX', ARGV[4]) then
        tokens, calls, adds = tokens + ARGV[2 * i + 1], calls + ARGV[2 * i + 2], true
    end
end
if adds then
    redis.call('HSET', budget, 'day', today, 'tokens', tokens, 'calls', calls)
end
local reached = most_tokens > 0 and tokens >= most_tokens or most_calls > 0 and calls >= most_calls
local event = ''
if reached ~= (known[4] == '1') then
    redis.call('HSET', budget, 'reached', reached and 1 or 0)
    event = reached and 'reached' or 'cleared'
end
return {'ok', today, tokens, calls, reached and 1 or 0, event}
