#!lua
-- Who may sign in to the console, and who has. One step per call, named by the first argument.
-- KEYS: users, sessions, tries
-- ARGV: step, how long a session may rest, how long it may last at all, ms; then what the step takes
-- Answers {word …}: 'ok' and what the step says, or why not
local users, sessions, tries = unpack(KEYS)
local step, idle, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local MOST_USERS, MOST_SESSIONS = 100, 20 -- the sessions are those of one user

local function user_of(name)
    local stored = redis.call('HGET', users, name)
    if not stored then
        return nil
    end
    local role, created, seen, hash, shown = string.match(stored, '^(%a+) (%d+) (%d+) (%S+) ?(.*)$')
    return {role = role, created = created, seen = seen, hash = hash, shown = shown}
end

local function keep_user(name, user)
    redis.call('HSET', users, name,
        string.format('%s %s %s %s %s', user.role, user.created, user.seen, user.hash, user.shown))
end

local function other_owner(name)
    local all = redis.call('HGETALL', users)
    for i = 1, #all, 2 do
        if all[i] ~= name and string.sub(all[i + 1], 1, 6) == 'owner ' then
            return true
        end
    end
    return false
end

local function read_session(stored)
    local from, seen, name = string.match(stored, '^(%d+) (%d+) (.*)$')
    from, seen = tonumber(from), tonumber(seen)
    return {from = from, seen = seen, name = name,
        over = now - seen > idle or now - from > most}
end

-- Ends what is over, and of that name what is more than so many sessions, the oldest first
local function purge(name, left)
    local mine = {}
    local all = redis.call('HGETALL', sessions)
    for i = 1, #all, 2 do
        local session = read_session(all[i + 1])
        if session.over then
            redis.call('HDEL', sessions, all[i])
        elseif session.name == name then
            mine[#mine + 1] = {key = all[i], from = session.from}
        end
    end
    table.sort(mine, function(a, b) return a.from < b.from end)
    for i = 1, #mine - left do
        redis.call('HDEL', sessions, mine[i].key)
    end
    return math.max(0, #mine - left)
end

local function live_session(token)
    local stored = redis.call('HGET', sessions, token)
    local session = stored and read_session(stored)
    local user = session and not session.over and user_of(session.name)
    if not user then
        redis.call('HDEL', sessions, token)
        return nil
    end
    return session, user
end

local function begin_session(token, name)
    redis.call('HSET', sessions, token, string.format('%d %d %s', now, now, name))
end

-- ms that a bucket is locked for; counts one more attempt if it is not
local function attempt(bucket, limit, lock)
    local count, last = string.match(redis.call('HGET', tries, bucket) or '0 0', '^(%d+) (%d+)$')
    count, last = tonumber(count), tonumber(last)
    if now - last > lock then
        count = 0
    end
    if count >= limit then
        return last + lock - now + 1
    end
    redis.call('HSET', tries, bucket, string.format('%d %d', count + 1, now))
    return 0
end

local function forgive(bucket, all)
    local count, last = string.match(redis.call('HGET', tries, bucket) or '', '^(%d+) (%d+)$')
    if not count then
        return
    end
    if all or tonumber(count) <= 1 then
        redis.call('HDEL', tries, bucket)
    else
        redis.call('HSET', tries, bucket, string.format('%d %s', count - 1, last))
    end
end

-- May one more password be tried for this name, from this address? An address first: who is locked
-- there locks no names.
local function may_try(of_name, of_address, limit, lock)
    local wait = attempt(of_address, 4 * limit, lock)
    if wait == 0 then
        wait = attempt(of_name, limit, lock)
    end
    return wait
end

local steps = {}

-- name, bucket of the name, of the address, attempts, ms of a lock -> hash, '' if there is nobody; or
-- locked, how long, 1 if there is somebody of that name
function steps.try(name, of_name, of_address, limit, lock)
    local user = user_of(name)
    local wait = may_try(of_name, of_address, tonumber(limit), tonumber(lock))
    if wait > 0 then
        return {'locked', wait, user and 1 or 0}
    end
    return {'ok', user and user.hash or ''}
end

-- name, the hash that was found right, token, token of before, buckets -> as who
function steps.enter(name, hash, token, old, of_name, of_address)
    local user = user_of(name)
    if not user or user.hash ~= hash then
        return {'denied'}
    end
    redis.call('HDEL', sessions, old)
    purge(name, MOST_SESSIONS - 1)
    begin_session(token, name)
    user.seen = string.format('%d', now)
    keep_user(name, user)
    forgive(of_name, true)
    forgive(of_address, false)
    return {'ok', name, user.role, now + most, user.shown}
end

-- token -> name, role, end, how customers are told of them
function steps.who(token)
    local session, user = live_session(token)
    if not session then
        return {'denied'}
    end
    if now - session.seen > idle / 32 then -- not a write for every request
        redis.call('HSET', sessions, token,
            string.format('%d %d %s', session.from, now, session.name))
    end
    return {'ok', session.name, user.role, session.from + most, user.shown}
end

-- token -> name, whose password is to be tried next
function steps.owner_of(token)
    local session = live_session(token)
    return session and {'ok', session.name} or {'denied'}
end

-- name, hash that was found right, new hash, token, new token, buckets -> as who
function steps.change(name, hash, fresh, token, new, of_name, of_address)
    local user = user_of(name)
    local session = user and (live_session(token) or live_session(new))
    if not session or session.name ~= name or (user.hash ~= hash and user.hash ~= fresh) then
        return {'denied'}
    end
    user.hash = fresh
    keep_user(name, user)
    purge(name, 0)
    begin_session(new, name)
    forgive(of_name, true)
    forgive(of_address, false)
    return {'ok', name, user.role, now + most, user.shown}
end

-- token
function steps.leave(token)
    return {'ok', redis.call('HDEL', sessions, token)}
end

-- name or '' -> name, role, added, seen, how customers are told of them, of each
function steps.list(only)
    local names = redis.call('HKEYS', users)
    table.sort(names)
    local answer = {'ok'}
    for _, name in ipairs(names) do
        if only == '' or only == name then
            local user = user_of(name)
            for _, value in ipairs({name, user.role, tonumber(user.created), tonumber(user.seen),
                                      user.shown}) do
                answer[#answer + 1] = value
            end
        end
    end
    return answer
end

-- name, role or '', hash or '', 'fresh', 'known' or '', how customers are told of them, 1 if that is to
-- change -> sessions ended: all, but for that alone
function steps.put(name, role, hash, how, shown, show)
    local user = user_of(name)
    local repeated = user and hash ~= '' and user.hash == hash -- its answer was lost
    if user and how == 'fresh' and not repeated then
        return {'exists'}
    end
    if not user and (how == 'known' or role == '' or hash == '') then
        return {'none'}
    end
    if not user and redis.call('HLEN', users) >= MOST_USERS then
        return {'full'}
    end
    user = user or {role = role, created = string.format('%d', now), seen = '0', shown = ''}
    if user.role == 'owner' and role ~= '' and role ~= 'owner' and not other_owner(name) then
        return {'last'}
    end
    user.role = role ~= '' and role or user.role
    user.hash = hash ~= '' and hash or user.hash
    user.shown = show == '1' and shown or user.shown
    keep_user(name, user)
    return {'ok', (role ~= '' or hash ~= '') and purge(name, 0) or 0}
end

-- name -> sessions ended
function steps.drop(name)
    local user = user_of(name)
    if not user then
        return {'none'}
    end
    if user.role == 'owner' and not other_owner(name) then
        return {'last'}
    end
    redis.call('HDEL', users, name)
    return {'ok', purge(name, 0)}
end

return steps[step](unpack(ARGV, 4))
