#!lua
-- The list of the newest conversations, which the script that logs a turn fills.
-- KEYS: people, marks, changes
-- ARGV: step, then what it takes
-- Answers {'ok' …}
-- A mark is "<a delivery failed, ms or 0> <score of the survey, -1: none> <stage of their lead or ->".
local people, marks, changes = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local steps = {}

-- user, 'failed', a score or a stage: of those that are in the list
function steps.mark(user, what)
    if not redis.call('ZSCORE', people, user) then
        return {'ok', 0}
    end
    local failed, score, lead = string.match(redis.call('HGET', marks, user) or '0 -1', '^(%d+) (-?%d+) ?(.*)$')
    lead = lead ~= '' and lead or '-'
    if what == 'failed' then
        failed = string.format('%d', now)
    elseif tonumber(what) then
        score = what
    else
        lead = what
    end
    redis.call('HSET', marks, user, failed .. ' ' .. score .. ' ' .. lead)
    redis.call('INCR', changes)
    return {'ok', 1}
end

-- user, 1 if they wrote: something else is to be seen of somebody who is in the list
function steps.touch(user, wrote)
    if wrote == '1' then
        redis.call('ZADD', people, 'XX', 'GT', now, user)
    end
    redis.call('INCR', changes)
    return {'ok', 1}
end

-- user, a stage: a turn has made a lead. It is told before the turn itself is.
function steps.lead(user, stage)
    redis.call('ZADD', people, 'GT', now, user)
    return steps.mark(user, stage)
end

-- user
function steps.forget(user)
    redis.call('HDEL', marks, user)
    local gone = redis.call('ZREM', people, user)
    if gone > 0 then
        redis.call('INCR', changes)
    end
    return {'ok', gone}
end

-- not after, ms or '+inf', from which on, how many -> user, ms, mark or '', of each, the newest first
function steps.read(upto, from, count)
    local found = redis.call('ZREVRANGEBYSCORE', people, upto, '-inf', 'WITHSCORES', 'LIMIT', from, count)
    local answer = {'ok'}
    for i = 1, #found, 2 do
        answer[#answer + 1] = found[i]
        answer[#answer + 1] = tonumber(found[i + 1])
        answer[#answer + 1] = redis.call('HGET', marks, found[i]) or ''
    end
    return answer
end

function steps.changes()
    return {'ok', tonumber(redis.call('GET', changes) or 0)}
end

return steps[ARGV[1]](unpack(ARGV, 2))
