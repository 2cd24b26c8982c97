"""Counts what callers ask in Redis, for all processes of all hosts, and in this process for when Redis is away."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.domain.limits import LimitTable, Subject
from app.traffic.credit import Credit
from app.traffic.windows import Meter, Windows

PREFIX = "ringbook:{callers}:2"
"""The number grows when what is kept under the keys changes; the braces keep all on one node of a cluster."""
ANSWER_WITHIN = 0.05
"""Seconds for Redis to take a connection and to answer: callers wait for it."""

MAX_CONNECTIONS = 1_000
LEFT_ALONE = 1.0
"""Seconds between two looks, of one thread, at a Redis that did not answer."""

COUNT = """
-- KEYS: what is counted.  ARGV: how many of them, from the first on, to count; then of each limit, window and how many
-- to make room for. Returns in how many milliseconds all have room (0: they had it, and were counted), then what each
-- has used.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, found, answer = 0, {}, {0}
for i, key in ipairs(KEYS) do
    local most, window, more = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    local state = redis.call('HMGET', key, 'window', 'before', 'current')
    local number = math.floor(now / window)
    local passed = number - tonumber(state[1] or -2)
    local before, current = 0, 0
    if passed == 0 then
        before, current = tonumber(state[2]), tonumber(state[3])
    elseif passed == 1 then
        before = tonumber(state[3])
    end
    local gone, room = now % window, most - more - current
    found[i] = {number, before, current + more, 2 * window}
    answer[i + 1] = math.ceil(before * (1 - gone / window) + current)
    if room < 0 then
        wait = math.max(wait, window - gone + window * (1 - (most - more) / current))
    elseif before * (1 - gone / window) > room then
        wait = math.max(wait, window * (1 - room / before) - gone)
    end
end
answer[1] = math.ceil(wait)
if wait > 0 then return answer end
for i = 1, tonumber(ARGV[1]) do
    redis.call('HSET', KEYS[i], 'window', found[i][1], 'before', found[i][2], 'current', found[i][3])
    redis.call('PEXPIRE', KEYS[i], found[i][4])
end
return answer
"""

_log = structlog.get_logger(__name__)


class RedisLimits:
    """Fulfils the port Limits.

    This process counts along what it lets pass, so a Redis that goes away, or comes back empty, resets nothing here.
    Whoever is far from all limits passes on what is known of them, and is counted in Redis at the next look.
    While it is away each process has the whole limit for itself: callers are not refused for our own outage.
    """

    def __init__(self, redis_url: str, table: LimitTable, *, secret: str) -> None:
        """`redis_url` as redis-py takes it; `secret` keys the hashes under which contacts are counted."""
        self._table = {
            counted: (limit.most, int(limit.window.total_seconds() * 1000)) for counted, limit in table.items()
        }
        self._secret = hashlib.sha256(f"limits {secret}".encode()).digest()
        self._credit = Credit()
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=ANSWER_WITHIN,
            socket_connect_timeout=ANSWER_WITHIN,
            retry=Retry(NoBackoff(), 0),
            max_connections=MAX_CONNECTIONS,
            client_name="ringbook-limits",
        )
        self._count = self._redis.register_script(COUNT)
        self._own = Windows()
        self._ask_again_at = 0.0
        self._asking = threading.Lock()

    def take(self, subjects: Sequence[Subject], *, heeding: Sequence[Subject] = ()) -> float:
        counted, heeded = self._meters(subjects), self._meters(heeding)
        if not counted and not heeded:
            return 0.0
        wait = self._own.wait([*counted, *heeded])
        if not wait and not self._credit.covers(counted, heeded):
            wait = self._shared(counted, heeded)
        if not wait:
            self._own.count(counted)
        return wait / 1000

    def close(self) -> None:
        self._redis.close()

    def _meters(self, subjects: Sequence[Subject]) -> list[Meter]:
        limited = [(each, *self._table[each.counted]) for each in subjects]
        return [Meter(self._name(each), most, window_ms) for each, most, window_ms in limited if most]

    def _name(self, counted: Subject) -> str:
        text = "\n".join((counted.counted, *counted.parts))
        return hashlib.blake2b(text.encode(errors="replace"), key=self._secret, digest_size=16).hexdigest()

    def _shared(self, counted: Sequence[Meter], heeded: Sequence[Meter]) -> float:
        """What Redis says, in milliseconds; 0 where it says nothing. One thread at a time asks one that failed."""
        failed = bool(self._ask_again_at)
        if failed and (time.monotonic() < self._ask_again_at or not self._asking.acquire(blocking=False)):
            return 0.0
        try:
            wait = self._ask(counted, heeded)
            self._ask_again_at = 0.0
        except (RedisError, ValueError) as error:
            if not self._ask_again_at:
                _log.warning("limits_not_shared", error=type(error).__name__)
            self._ask_again_at = time.monotonic() + LEFT_ALONE
            return 0.0
        finally:
            if failed:
                self._asking.release()
        return wait

    def _ask(self, counted: Sequence[Meter], heeded: Sequence[Meter]) -> float:
        meters = [*counted, *heeded]
        more = [1 + owed for owed in self._credit.owed(counted)] + [1] * len(heeded)
        bounds = [
            number for meter, each in zip(meters, more, strict=True) for number in (meter.most, meter.window_ms, each)
        ]
        keys = [f"{PREFIX}:{meter.name}" for meter in meters]
        wait, *used = self._count(keys=keys, args=[len(counted), *bounds])
        self._credit.learn(meters, used)
        return float(wait)
