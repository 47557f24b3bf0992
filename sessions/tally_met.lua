#!lua
-- Counts people over some days, each once.
-- KEYS: people of a day who talked, saw a list, were quoted, became leads
-- ARGV: the first day, the last
-- Answers {'ok', people of each step}
local answer = {'ok'}
for _, key in ipairs(KEYS) do
    local front, days = string.match(key, '^(.*:)%d+$'), {}
    for day = tonumber(ARGV[1]), tonumber(ARGV[2]) do
        days[#days + 1] = front .. string.format('%d', day)
    end
    answer[#answer + 1] = redis.call('PFCOUNT', unpack(days))
end
return answer
