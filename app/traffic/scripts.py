"""Taking leave and recording as single steps, as Lua for Redis. All processes go by the clock of the Redis server."""

from __future__ import annotations

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

TAKE = (
    _NOW
    + """
-- KEYS: requests made (by time), state.  ARGV: limit if Cal.com named none, share, window, probe, name of this request.
-- Returns in how many milliseconds to ask again; 0: go.
local state = redis.call('HMGET', KEYS[2], 'closed_until', 'opened_at', 'probe_at', 'limit')
local allowed = math.max(1, math.floor((state[4] or ARGV[1]) * ARGV[2]))
local window = tonumber(ARGV[3])
local closed_until = tonumber(state[1] or '0')
if closed_until > now then return closed_until - now end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local made = redis.call('ZCARD', KEYS[1])
if made >= allowed then
    local in_the_way = redis.call('ZRANGE', KEYS[1], made - allowed, made - allowed, 'WITHSCORES')
    return math.max(1, in_the_way[2] + window - now)
end

if state[2] then  -- the breaker is open
    local probe_at = tonumber(state[3] or '0')
    if probe_at > now then return probe_at - now end
    redis.call('HSET', KEYS[2], 'probe_at', now + ARGV[4])
end
redis.call('ZADD', KEYS[1], now, ARGV[5])
redis.call('PEXPIRE', KEYS[1], 2 * window)
return 0
"""
)

RECORD = (
    _NOW
    + """
-- KEYS: requests made (by time), state.
-- ARGV: failed, milliseconds it took, closed for, remaining or -1, reset, limit (0: not named), window,
--       least, failing, span, probe, name of this request, time to live.
local failed, took, closed_for = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local remaining, reset, limit, window = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local least, failing, span, probe = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])

if closed_for > 0 then
    local until_then = tonumber(redis.call('HGET', KEYS[2], 'closed_until') or '0')
    redis.call('HSET', KEYS[2], 'closed_until', math.max(until_then, now + closed_for))
end

if limit > 0 then redis.call('HSET', KEYS[2], 'limit', limit) end
if limit > 0 and remaining >= 0 then  -- others use this key too: count their requests until Cal.com forgets them
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
    local foreign = limit - redis.call('ZCARD', KEYS[1]) - remaining
    for number = 1, math.min(foreign, limit) do
        redis.call('ZADD', KEYS[1], now - window + math.min(reset, window), ARGV[12] .. ':' .. number)
    end
    redis.call('PEXPIRE', KEYS[1], 2 * window)
end

local opened_at = tonumber(redis.call('HGET', KEYS[2], 'opened_at') or '')
if opened_at then
    if now - took < opened_at then return end  -- begun before the breaker opened: no probe
    if failed == 1 then
        redis.call('HSET', KEYS[2], 'probe_at', now + probe)
    else
        redis.call('HDEL', KEYS[2], 'opened_at', 'probe_at', 'samples')
    end
    return
end

-- "samples" is a list of "<time>:<failed>", newest first.
local kept, number, bad = {now .. ':' .. failed}, 1, failed
for at, was in string.gmatch(redis.call('HGET', KEYS[2], 'samples') or '', '(%d+):(%d)') do
    if tonumber(at) > now - span and number < 300 then
        kept[#kept + 1] = at .. ':' .. was
        number = number + 1
        bad = bad + was
    end
end
redis.call('HSET', KEYS[2], 'samples', table.concat(kept, ' '))
redis.call('PEXPIRE', KEYS[2], ARGV[13])
if number >= least and bad >= failing * number then
    redis.call('HSET', KEYS[2], 'opened_at', now, 'probe_at', now + probe)
end
"""
)
