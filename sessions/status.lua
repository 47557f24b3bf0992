#!lua
-- What the carrier says of a message. It says so late, twice and in any order, and sometimes before
-- we know the message: the furthest status stays.
-- KEYS: sid
-- ARGV: status, how far it is, code, DEDUP_TTL
-- Answers {'known' or 'unknown', 1 if it is news or 0, status, code}
local sid = KEYS[1]

local stored = redis.call('HMGET', sid, 'turn', 'rank')
local news = tonumber(ARGV[2]) > tonumber(stored[2] or -1)
if news then
    redis.call('HSET', sid, 'status', ARGV[1], 'rank', ARGV[2], 'code', ARGV[3])
    redis.call('PEXPIRE', sid, ARGV[4])
end
return {stored[1] and 'known' or 'unknown', news and 1 or 0, ARGV[1], tonumber(ARGV[3])}
