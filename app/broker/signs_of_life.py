"""Who is at work, told by every process every few seconds and kept in Redis; without Redis nobody knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.broker.outage import Outage
from app.domain.processes import GONE_AFTER, Kind, Living, Sign

KEY = "ringbook:processes:1"
"""One sorted set: what each process says of itself, by when it last said so. The number grows with the form."""

STEP_SECONDS = 0.25
"""Longest wait for Redis to take a connection, and for each of its answers."""

SHOW = """
-- KEYS: the set.  ARGV: a sign, and for how many seconds it holds. The time is that of Redis, one for all hosts.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""

ALL = """
-- KEYS: the set.  ARGV: for how many seconds a sign holds.  Returns the time, and each sign followed by its own.
local now = redis.call('TIME')[1]
return {now, redis.call('ZRANGE', KEYS[1], now - ARGV[1], '+inf', 'BYSCORE', 'WITHSCORES')}
"""

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class RedisSignsOfLife:
    """Fulfils the port SignsOfLife. An outage is logged once, and costs half a second a try at most."""

    def __init__(self, redis_url: str) -> None:
        """`redis_url` as redis-py takes it."""
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=STEP_SECONDS,
            socket_connect_timeout=STEP_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name="ringbook-signs",
        )
        self._show = self._redis.register_script(SHOW)
        self._all = self._redis.register_script(ALL)
        self._outage = Outage()

    def show(self, sign: Sign) -> None:
        self._ask(lambda: self._show(keys=[KEY], args=[_text(sign), _seconds()]))

    def take_back(self, sign: Sign) -> None:
        self._ask(lambda: self._redis.zrem(KEY, _text(sign)))

    def all(self) -> Sequence[Living] | None:
        answer: Any = self._ask(lambda: self._all(keys=[KEY], args=[_seconds()]))
        if answer is None:
            return None
        now, (*told,) = float(answer[0]), answer[1]
        known = ((_sign(text), now - float(at)) for text, at in zip(told[::2], told[1::2], strict=True))
        living = [Living(sign=sign, ago=ago) for sign, ago in known if sign is not None]
        return sorted(living, key=lambda each: (list(Kind).index(each.sign.kind), each.sign.name))

    def close(self) -> None:
        self._redis.close()

    def _ask(self, question: Callable[[], T]) -> T | None:
        if not self._outage.admits():
            return None
        try:
            answer = question()
        except RedisError as error:
            if self._outage.began():
                _log.warning("signs_of_life_lost", error=type(error).__name__)
            return None
        if self._outage.ended():
            _log.info("signs_of_life_found_again")
        return answer


def _seconds() -> int:
    return int(GONE_AFTER.total_seconds())


def _text(sign: Sign) -> str:
    return json.dumps(asdict(sign) | {"since": sign.since.isoformat()}, sort_keys=True)


def _sign(text: bytes) -> Sign | None:
    """None for what a process of another version may have written."""
    try:
        told = json.loads(text)
        changed = {"kind": Kind(told["kind"]), "since": datetime.fromisoformat(told["since"])}
        return Sign(**told | changed | {"queues": tuple(told["queues"])})
    except (ValueError, KeyError, TypeError):
        return None
