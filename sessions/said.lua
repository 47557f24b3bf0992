#!lua flags=no-writes
-- What was said while a person of the shop had the conversation, for those who wait for it.
-- KEYS: state, talk
-- ARGV: the last one that the asker knows
-- Answers {'ok', who has it or '', since when, when a person was wanted or 0, the last number given, how
--         the customer is told of them or '', what was said …}
local has = redis.call('HMGET', KEYS[1], 'by', 'by_at', 'wanted_at', 'talk', 'by_shown')
local answer = {'ok', has[1] or '', tonumber(has[2] or 0), tonumber(has[3] or 0), tonumber(has[4] or 0),
                has[5] or ''}
for _, said in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    if tonumber(string.match(said, '^%d+')) > tonumber(ARGV[1]) then
        answer[#answer + 1] = said
    end
end
return answer
