#!lua
-- Shows what the turns of a day came to.
-- KEYS: tally, people who talked
-- Answers {'ok', people who talked, field, value, …}
local answer = redis.call('HGETALL', KEYS[1])
table.insert(answer, 1, 'ok')
table.insert(answer, 2, redis.call('PFCOUNT', KEYS[2]))
return answer
