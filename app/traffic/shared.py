"""Budget and breaker of each key in Redis, so that all processes of all hosts go by one."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.domain.directory import Access
from app.domain.traffic import Priority, Sample, Standing
from app.traffic.alone import TrafficAlone
from app.traffic.rules import Rules, name_of
from app.traffic.scripts import RECORD, TAKE

PREFIX = "ringbook:traffic:1"  # the number grows when what is kept under the keys changes its form
STEP_SECONDS = 0.25
"""Longest wait for Redis to take a connection, and for each of its answers."""

MAX_CONNECTIONS = 1_000
"""One per thread that asks just now. At redis-py's own limit of 100 the next thread would get an error."""

OUTAGE_SECONDS = 1.0
"""How long Redis is left alone after it failed, so that not every request waits for it."""

ALONE_SHARE = 0.25
"""Of the budget, for each process while Redis is away: one web process and some workers stay within the whole."""

STATE_MS = 600_000
NAMED_EVERY, NAMED_FOR = 60.0, 3600.0
"""Seconds: how often an account in use is written down for the metrics, and how long it is shown."""

MOST_SHOWN = 500

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class RedisTraffic:
    """Fulfils the port Traffic. Every method is bounded in time; without Redis each process keeps to a share."""

    def __init__(self, redis_url: str, rules: Rules | None = None) -> None:
        """`redis_url` as redis-py takes it."""
        self._rules = rules or Rules()
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=STEP_SECONDS,
            socket_connect_timeout=STEP_SECONDS,
            retry=Retry(NoBackoff(), 0),
            max_connections=MAX_CONNECTIONS,
            client_name="ringbook-traffic",
        )
        self._take = self._redis.register_script(TAKE)
        self._record = self._redis.register_script(RECORD)
        share = max(1, int(self._rules.limit * ALONE_SHARE))
        self._alone = TrafficAlone(replace(self._rules, limit=share))
        self._left_alone_until = 0.0
        self._named: dict[str, float] = {}

    def take(self, access: Access, priority: Priority) -> float:
        rules = self._rules
        values: list[int | float | str] = [
            rules.limit,
            priority.value,
            rules.window_ms,
            rules.probe_ms,
            secrets.token_hex(8),
        ]
        wait = self._ask(lambda: int(self._take(keys=_keys(name_of(access)), args=values)), otherwise=None)
        return self._alone.take(access, priority) if wait is None else wait / 1000

    def record(self, access: Access, sample: Sample) -> None:
        rules, name = self._rules, name_of(access)
        values: list[int | float | str] = [
            int(sample.failed),
            int(sample.seconds * 1000),
            int(sample.closed_for * 1000),
            -1 if sample.remaining is None else sample.remaining,
            int(sample.reset * 1000),
            *(sample.limit, rules.window_ms, rules.least, rules.failing, rules.span_ms, rules.probe_ms),
            secrets.token_hex(8),
            STATE_MS,
        ]

        def record() -> bool:
            self._record(keys=_keys(name), args=values)
            self._write_down(access.account_id, name)
            return True

        if not self._ask(record, otherwise=False):
            self._alone.record(access, sample)

    def standings(self) -> list[Standing]:
        """Of the accounts used within the hour; none without Redis."""
        return self._ask(lambda: list(self._standings()), otherwise=[])

    def close(self) -> None:
        self._redis.close()

    def _write_down(self, account_id: str, name: str) -> None:
        member, now = f"{account_id} {name}", time.monotonic()
        if now - self._named.get(member, -NAMED_EVERY) >= NAMED_EVERY:
            self._named[member] = now
            self._redis.zadd(f"{PREFIX}:accounts", {member: time.time()})

    def _standings(self) -> Iterator[Standing]:
        self._redis.zremrangebyscore(f"{PREFIX}:accounts", "-inf", time.time() - NAMED_FOR)
        seconds, microseconds = self._redis.time()
        now = seconds * 1000 + microseconds // 1000
        members: Any = self._redis.zrevrange(f"{PREFIX}:accounts", 0, MOST_SHOWN - 1)
        used = [member.decode().rpartition(" ") for member in members]
        with self._redis.pipeline(transaction=False) as pipe:
            for _, _, name in used:
                requests, state = _keys(name)
                pipe.zcount(requests, f"({now - self._rules.window_ms}", "+inf")
                pipe.hmget(state, ["closed_until", "opened_at", "limit"])
            answers = pipe.execute()
        for (account_id, _, _), made, (closed_until, opened_at, limit) in zip(
            used, answers[::2], answers[1::2], strict=True
        ):
            left = 0 if int(closed_until or 0) > now else max(0, int(limit or self._rules.limit) - made)
            yield Standing(account_id=account_id, budget_left=left, breaker_is_open=opened_at is not None)

    def _ask(self, question: Callable[[], T], *, otherwise: T) -> T:
        if time.monotonic() < self._left_alone_until:
            return otherwise
        try:
            return question()
        except (RedisError, ValueError) as error:
            now = time.monotonic()
            if now >= self._left_alone_until:  # else another thread has said so
                _log.warning("traffic_not_shared", error=type(error).__name__)
            self._left_alone_until = now + OUTAGE_SECONDS
            return otherwise


def _keys(name: str) -> list[str]:
    """The braces keep both on one node of a cluster, as scripts need them."""
    return [f"{PREFIX}:{{{name}}}:requests", f"{PREFIX}:{{{name}}}:state"]
