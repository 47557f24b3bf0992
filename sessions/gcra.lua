-- How fast is sent, for the scripts that ask; stands before them, where there is outbox.lua behind it.
-- Places in time: at most one every so many µs on average, and so many at once (a GCRA). What is stored
-- is one number, when all that was given out is made up for; without it nothing was lately. Integers
-- only: Lua's numbers are exact to 2^53, and so is what is stored.
-- Given: the key, now, µs from one place to the next, how many at once, how many are wanted, how far
-- ahead of now a place may be.
-- Returns how many there are, and µs until the first; if there are none, until it is worth asking again.
local function places(key, now_us, every, burst, wanted, ahead)
    if every == 0 then
        return wanted, 0 -- no limit
    end
    local room = every * (burst - 1)
    local full = math.max(tonumber(redis.call('GET', key) or 0), now_us)
    -- beyond that is only what another setting has left, or a clock that was put back
    full = math.min(full, now_us + ahead + room + every)
    local first = math.max(full - room - now_us, 0)
    if first > ahead then
        return 0, first - ahead
    end
    local count = math.min(wanted, math.floor((now_us + ahead + room - full) / every) + 1)
    full = full + count * every
    redis.call('SET', key, full, 'PX', math.ceil((full - now_us) / 1000))
    return count, first
end
