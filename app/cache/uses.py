"""Counts how the slot cache was used: in this process at once, in Redis for all processes every few seconds."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from functools import reduce
from operator import add

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.domain.ports import Clock
from app.domain.slot_use import SlotUse
from app.domain.tallies import KEPT, LENGTHS, Span, floor_to

PREFIX = "ringbook:{slot-use}:1"
"""The number grows with the form; the braces keep all on one node of a cluster."""

STEP_SECONDS = 0.25
OUTAGE_SECONDS = 5.0
"""How long Redis is left alone after it failed."""

FIELDS = ("hits", "stale", "misses")
NOTHING = SlotUse()

_log = structlog.get_logger(__name__)


class RedisSlotUses:
    """Fulfils the port SlotUses. Counting takes a lock and nothing else; only `flush` and `since` ask Redis."""

    def __init__(self, redis_url: str, clock: Clock) -> None:
        """`redis_url` as redis-py takes it."""
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=STEP_SECONDS,
            socket_connect_timeout=STEP_SECONDS,
            retry=Retry(NoBackoff(), 0),
            client_name="ringbook-slot-use",
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._counted = NOTHING
        self._left_alone_until = 0.0

    def count(self, use: SlotUse) -> None:
        with self._lock:
            self._counted += use

    def flush(self) -> None:
        """What could not be added is added the next time."""
        with self._lock:
            counted, self._counted = self._counted, NOTHING
        if counted == NOTHING:
            return
        if time.monotonic() < self._left_alone_until or not self._add(counted):
            self.count(counted)

    def since(self, span: Span, moment: datetime) -> SlotUse | None:
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for key in _keys(span, moment, self._clock()):
                    pipe.hmget(key, FIELDS)
                answers = pipe.execute()
            return reduce(add, (SlotUse(**_numbers(answer)) for answer in answers), NOTHING)
        except (RedisError, ValueError) as error:
            self._leave_alone(error)
            return None

    def close(self) -> None:
        self._redis.close()

    def _add(self, counted: SlotUse) -> bool:
        now = self._clock()
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                for span, kept in KEPT.items():
                    key = _key(span, floor_to(LENGTHS[span], now))
                    for field in FIELDS:
                        pipe.hincrby(key, field, getattr(counted, field))
                    pipe.expire(key, kept)
                pipe.execute()
        except RedisError as error:
            self._leave_alone(error)
            return False
        return True

    def _leave_alone(self, error: Exception) -> None:
        now = time.monotonic()
        if self._left_alone_until < now - OUTAGE_SECONDS:  # else it was said when the outage began
            _log.warning("slot_use_lost", error=type(error).__name__)
        self._left_alone_until = now + OUTAGE_SECONDS


def _key(span: Span, begin: datetime) -> str:
    return f"{PREFIX}:{span}:{int(begin.timestamp())}"


def _keys(span: Span, since: datetime, until: datetime) -> list[str]:
    length = LENGTHS[span]
    first = floor_to(length, since)
    return [_key(span, first + number * length) for number in range((until - first) // length + 1)]


def _numbers(answer: list[bytes | None]) -> dict[str, int]:
    return {field: int(text or 0) for field, text in zip(FIELDS, answer, strict=True)}
