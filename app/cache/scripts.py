"""What must happen to the cache in one step, as Lua for Redis."""

from __future__ import annotations

RESERVED = "reserved "
"""Stands in the overlay before what is hidden only as long as it is there: STORE takes no such time out of entries."""

_WITHOUT = """
-- An entry is "<loaded at> <start> <start> ..."; this drops the starts in [from, to).
local function without(entry, from, to)
    local kept = {}
    for number in string.gmatch(entry, '-?%d+') do
        if #kept == 0 or tonumber(number) < from or tonumber(number) >= to then
            kept[#kept + 1] = number
        end
    end
    return table.concat(kept, ' ')
end
"""

STORE = (
    _WITHOUT
    + """
-- KEYS: overlay, then entry and mark of each day.  ARGV: now, time to live, then entry and mark before the load.
-- Returns the entries as they hold now. A day whose mark has changed since is not kept: its answer is too old.
local taken = redis.call('ZRANGE', KEYS[1], '(' .. ARGV[1], '+inf', 'BYSCORE')
local entries = {}
for i = 2, #KEYS, 2 do
    local entry, mark = ARGV[i + 1], ARGV[i + 2]
    for _, member in ipairs(taken) do
        local from, to = string.match(member, '^(%d+)-(%d+)$')
        if from then entry = without(entry, tonumber(from), tonumber(to)) end
    end
    entries[#entries + 1] = entry
    if (redis.call('GET', KEYS[i + 1]) or '') == mark then
        redis.call('SET', KEYS[i], entry, 'PX', ARGV[2])
    end
end
return entries
"""
)

TAKE = (
    _WITHOUT
    + """
-- KEYS: overlay, then the entry of each day.
-- ARGV: now, until when to remember, for how long the overlay is kept, from, to, RESERVED.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[4] .. '-' .. ARGV[5])
redis.call('ZREM', KEYS[1], ARGV[6] .. ARGV[4] .. '-' .. ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
for i = 2, #KEYS do
    local entry = redis.call('MGET', KEYS[i])[1]  -- unlike GET no error where the key holds something else
    if entry then
        redis.call('SET', KEYS[i], without(entry, tonumber(ARGV[4]), tonumber(ARGV[5])), 'KEEPTTL')
    end
end
"""
)

FORGET = """
-- KEYS: entry and mark of each day.  ARGV: the new mark, time to live.  A minus marks what is kept as forgotten.
for i = 1, #KEYS, 2 do
    redis.call('SET', KEYS[i + 1], ARGV[1], 'PX', ARGV[2])
    local entry = redis.call('MGET', KEYS[i])[1]
    if entry and string.match(entry, '^%d') then
        redis.call('SET', KEYS[i], '-' .. entry, 'KEEPTTL')
    end
end
"""

READ = """
-- KEYS: overlay, entries of the days, marks of the days.  ARGV: now.
-- One command instead of a transaction of three: the client takes half the time for it.
local entries, marks, half = {}, {}, (#KEYS - 1) / 2
for i = 1, half do
    entries[i], marks[i] = KEYS[i + 1], KEYS[half + i + 1]
end
return {
    redis.call('MGET', unpack(entries)),
    redis.call('MGET', unpack(marks)),
    redis.call('ZRANGE', KEYS[1], '(' .. ARGV[1], '+inf', 'BYSCORE'),
}
"""
