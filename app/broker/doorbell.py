"""Wakes requests that wait for a job: one Redis subscription per process, however many wait."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

import structlog
from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeoutError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.broker.outage import Outage

CHANNEL = "ringbook:doorbell:1"
"""One channel for all jobs, the job's id as the message: waiting then needs no command and no connection of its own."""

STEP_SECONDS = 0.25
"""Longest wait for Redis to take a connection, and for each of its answers."""

MAX_CONNECTIONS = 1_000
"""One per thread that rings just now, and one to listen. At redis-py's own limit of 100 the next would get an error."""

QUIET_SECONDS = 2.0
"""After this long without a message the listener asks whether the connection still stands, and waits once more."""

REMEMBERED = 5.0
"""Seconds. Who begins to listen so soon after a ring hears it still."""

MOST_REMEMBERED = 10_000

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Bounds in seconds of the doubling pause before the listener connects again."""

_log = structlog.get_logger(__name__)


class RedisDoorbell:
    """`ring` in any process wakes those who listen for that job in all processes. Without Redis nobody is woken.

    Nothing is opened or started before the first ring or the first listener, so a process may fork until then.
    """

    def __init__(self, redis_url: str) -> None:
        """`redis_url` as redis-py takes it."""
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=STEP_SECONDS,
            socket_connect_timeout=STEP_SECONDS,
            retry=Retry(NoBackoff(), 0),
            max_connections=MAX_CONNECTIONS,
            client_name="ringbook-doorbell",
        )
        self._outage = Outage()
        self._lock = threading.Lock()
        self._waiters: dict[str, list[Callable[[], None]]] = {}
        self._rung: dict[str, float] = {}
        self._hears_since = math.inf
        self._listener: threading.Thread | None = None
        self._first_try_over = threading.Event()
        self._closing = threading.Event()

    def ring(self, job_id: str) -> None:
        """Tell all processes, or nobody: takes a second at most and never fails."""
        if not self._outage.admits():
            return
        try:
            self._redis.publish(CHANNEL, job_id)
        except RedisError as error:
            if self._outage.began():
                _log.warning("doorbell_not_rung", job_id=job_id, error=type(error).__name__)
        else:
            self._outage.ended()

    @contextmanager
    def listening(self, job_id: str, heard: Callable[[], None]) -> Iterator[None]:
        """Call `heard` at rings for this job until the block is left, and for those of the last seconds; at once where
        one of these may have been missed.
        """
        with self._lock:
            self._start_listener()
            self._waiters.setdefault(job_id, []).append(heard)
            if job_id in self._rung or time.monotonic() < self._hears_since + REMEMBERED:
                heard()
        # Only those who come while the very first connection is made wait for it: theirs would be rings unheard.
        self._first_try_over.wait(STEP_SECONDS)
        try:
            yield
        finally:
            with self._lock:
                waiting = self._waiters[job_id]
                waiting.remove(heard)
                if not waiting:
                    del self._waiters[job_id]

    def close(self) -> None:
        """End the listener, within `QUIET_SECONDS`."""
        self._closing.set()

    def _start_listener(self) -> None:
        if self._listener is None or not self._listener.is_alive():
            self._listener = threading.Thread(target=self._listen, name="doorbell", daemon=True)
            self._listener.start()

    def _listen(self) -> None:
        pause = FIRST_PAUSE
        while not self._closing.is_set():
            try:
                for job_id in self._rings():
                    pause = FIRST_PAUSE
                    self._wake(job_id)
            except RedisError as error:
                if pause == FIRST_PAUSE:
                    _log.warning("doorbell_lost", error=type(error).__name__)
            self._hears_since = math.inf
            self._first_try_over.set()
            self._closing.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _rings(self) -> Iterator[str]:
        """Subscribe and yield the id of each job rung for, "" for other signs of life; RedisError ends it."""
        with self._redis.pubsub() as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(CHANNEL)
            asked = False
            while not self._closing.is_set():
                message = subscription.get_message(timeout=QUIET_SECONDS)
                if message is None and asked:
                    raise RedisTimeoutError("no answer to PING")
                asked = message is None
                if message is None:
                    subscription.ping()
                    continue
                if message["type"] == "subscribe":
                    self._hears_since = time.monotonic()
                self._first_try_over.set()
                yield message["data"].decode(errors="replace") if message["type"] == "message" else ""

    def _wake(self, job_id: str) -> None:
        with self._lock:
            self._remember(job_id)
            for heard in self._waiters.get(job_id, ()):
                heard()

    def _remember(self, job_id: str) -> None:
        """The latest stands last; the first are forgotten, each ring at most two, so that no ring takes long."""
        now = time.monotonic()
        self._rung.pop(job_id, None)
        self._rung[job_id] = now
        for oldest in list(islice(self._rung, 2)):
            if len(self._rung) > MOST_REMEMBERED or self._rung[oldest] < now - REMEMBERED:
                del self._rung[oldest]
