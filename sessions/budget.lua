#!lua
-- Looks at what all have spent at language models today, and adds what a turn has spent, once per
-- turn. Whoever is the first to see that the day's budget is reached, or is not any more, is told.
-- KEYS: budget of the day; to add: that this turn was counted
-- ARGV: what the shop's clock is ahead of UTC, ms; tokens and calls that a day may have, 0: any;
--       tokens and calls to add, how long a turn may be told again, ms
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
if #KEYS > 1 and redis.call('SET', KEYS[2], 1, 'NX', 'PX', ARGV[6]) then
    tokens, calls = tokens + ARGV[4], calls + ARGV[5]
    redis.call('HSET', budget, 'day', today, 'tokens', tokens, 'calls', calls)
end
local reached = most_tokens > 0 and tokens >= most_tokens or most_calls > 0 and calls >= most_calls
local event = ''
if reached ~= (known[4] == '1') then
    redis.call('HSET', budget, 'reached', reached and 1 or 0)
    event = reached and 'reached' or 'cleared'
end
return {'ok', today, tokens, calls, reached and 1 or 0, event}
