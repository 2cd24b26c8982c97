"""Asks the Redis server how it is, in a bounded time, for health checks and the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

STEP_SECONDS = 0.25


class RedisProbe:
    """Never raises: a server that does not answer in time is a finding."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @classmethod
    def of(cls, redis_url: str) -> Self:
        """`redis_url` as redis-py takes it."""
        return cls(
            Redis.from_url(
                redis_url,
                socket_timeout=STEP_SECONDS,
                socket_connect_timeout=STEP_SECONDS,
                retry=Retry(NoBackoff(), 0),
                client_name="ringbook-probe",
            )
        )

    def answers(self) -> bool:
        """Whether it answers within half a second."""
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False

    def info(self) -> Mapping[str, object] | None:
        """What INFO says, None where it does not answer."""
        try:
            return dict(self._redis.info())
        except (RedisError, OSError):
            return None

    def close(self) -> None:
        self._redis.close()
