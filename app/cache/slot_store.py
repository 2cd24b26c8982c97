"""The slot cache's side of Redis: keys, scripts and the lock; where Redis fails it knows nothing and says so fast."""

from __future__ import annotations

import secrets
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import LockError
from redis.retry import Retry

from app.cache.days import Day, DayEntry
from app.cache.scripts import FORGET, READ, RESERVED, STORE, TAKE

PREFIX = "ringbook:slots:2"  # the number grows when what is kept under the keys changes its form
STEP_SECONDS = 0.25
"""Longest wait for Redis to take a connection, and for each of its answers."""

MAX_CONNECTIONS = 1_000
"""One per thread that asks just now. At redis-py's own limit of 100 the next thread would get an error."""

OUTAGE_SECONDS = 1.0
"""How long Redis is left alone after it failed, so that not every request waits for it."""

ENTRY_MS = 120_000
OVERLAY_MS = 10_000
"""How long a time we know is gone stays hidden from fresh loads. Cal.com's own list is up to 2 s old
(real-server.md [404] [405]), and a load that began before may take some seconds more."""

RESERVED_MS = 300_000
"""How long a time that somebody is getting is told to nobody else, if what became of it is never said."""

MARK_MS = ENTRY_MS + 60_000
"""Longer than any load takes: a mark is there to be seen by the loads that began before it. And longer than what was
loaded just behind it is kept."""

LOCK_SECONDS = 15.0
POLL_SECONDS = 0.03

T = TypeVar("T")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """Whose free times: one event type of one account."""

    account_id: str
    event_type_id: int

    def key(self, *parts: object) -> str:
        # The braces keep all keys of a topic on one node of a cluster, as scripts need them.
        return ":".join(map(str, (PREFIX, f"{{{self.account_id}:{self.event_type_id}}}", *parts)))


@dataclass(frozen=True, slots=True)
class Known:
    """What the cache holds for some days. `marks`: the last `forget` of each day, as "<Unix ms>.<random>" or ""."""

    entries: Mapping[Day, DayEntry]
    marks: Mapping[Day, str]
    taken: Sequence[tuple[int, int]] = ()

    def marked_ms(self, day: Day) -> int:
        """When the day was last forgotten (Unix time, milliseconds); 0: not lately."""
        stamp = self.marks[day].partition(".")[0]
        return int(stamp) if stamp.isdecimal() and len(stamp) <= len("1795435200000") else 0

    def starts(self, day: Day) -> tuple[int, ...]:
        entry = self.entries.get(day)
        return self.without_hidden(entry.starts if entry else ())

    def without_hidden(self, starts: tuple[int, ...]) -> tuple[int, ...]:
        for begin, end in self.taken:
            first, behind = bisect_left(starts, begin), bisect_left(starts, end)
            if first < behind:
                starts = starts[:first] + starts[behind:]
        return starts


class SlotStore:
    """Every method is bounded in time, and none raises for what Redis does or fails to do."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_timeout=STEP_SECONDS,
            socket_connect_timeout=STEP_SECONDS,
            retry=Retry(NoBackoff(), 0),
            max_connections=MAX_CONNECTIONS,
            client_name="ringbook-cache",
        )
        self._store = self._redis.register_script(STORE)
        self._read_all = self._redis.register_script(READ)
        self._take = self._redis.register_script(TAKE)
        self._forget = self._redis.register_script(FORGET)
        self._left_alone_until = 0.0

    def read(self, topic: Topic, days: Sequence[Day], *, now_ms: int) -> Known:
        """Entries, marks and what is hidden, read together; nothing known if Redis does not answer."""
        unknown = Known({}, dict.fromkeys(days, ""))
        return self._ask(lambda: self._read(topic, days, now_ms), otherwise=unknown)

    def store(
        self, topic: Topic, loaded: Mapping[Day, DayEntry], marks: Mapping[Day, str], *, now_ms: int
    ) -> dict[Day, DayEntry]:
        """Keep what was loaded, but not for days that were forgotten since `marks`; gives it back as it holds now."""
        keys, values = [topic.key("taken")], [str(now_ms), str(ENTRY_MS)]
        for day, entry in loaded.items():
            keys += [topic.key("day", day), topic.key("mark", day)]
            values += [entry.encode(), marks[day]]
        kept = self._ask(lambda: self._store(keys=keys, args=values), otherwise=None)
        if kept is None:
            return dict(loaded)
        decoded = {day: DayEntry.decode(text, day) for day, text in zip(loaded, kept, strict=True)}
        return {day: entry or loaded[day] for day, entry in decoded.items()}

    def take(self, topic: Topic, days: Sequence[Day], start: int, end: int, *, now_ms: int) -> None:
        """Drop the starts in [start, end) from the days' entries and hide them from loads for a while.

        They need not be reserved any longer.
        """
        keys = [topic.key("taken"), *(topic.key("day", day) for day in days)]
        values: list[int | str] = [now_ms, now_ms + OVERLAY_MS, RESERVED_MS, start, end, RESERVED]
        self._ask(lambda: self._take(keys=keys, args=values), otherwise=None)

    def free(self, topic: Topic, start: int, end: int) -> None:
        """Loads may show again what was taken with the same times."""
        self._ask(lambda: self._redis.zrem(topic.key("taken"), f"{start}-{end}"), otherwise=None)

    def reserve(self, topic: Topic, start: int, end: int, *, now_ms: int) -> None:
        """Hide the starts in [start, end) until they are taken or released, from whoever reads."""

        def reserve() -> None:
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(topic.key("taken"), {f"{RESERVED}{start}-{end}": now_ms + RESERVED_MS})
                pipe.pexpire(topic.key("taken"), RESERVED_MS)
                pipe.execute()

        self._ask(reserve, otherwise=None)

    def release(self, topic: Topic, start: int, end: int) -> None:
        self._ask(lambda: self._redis.zrem(topic.key("taken"), f"{RESERVED}{start}-{end}"), otherwise=None)

    def forget(self, topic: Topic, days: Sequence[Day], *, now_ms: int) -> None:
        """Mark the days so that loads under way are not kept, and their entries as forgotten."""
        keys = [topic.key(part, day) for day in days for part in ("day", "mark")]
        self._ask(lambda: self._forget(keys=keys, args=[_new_mark(now_ms), MARK_MS]), otherwise=None)

    def drop(self, topic: Topic, days: Sequence[Day], *, now_ms: int) -> int | None:
        """The same, but nothing of the days is kept; how many entries there were."""
        mark = _new_mark(now_ms)

        def drop() -> int | None:
            with self._redis.pipeline(transaction=True) as pipe:
                for day in days:
                    pipe.set(topic.key("mark", day), mark, px=MARK_MS)
                    pipe.delete(topic.key("day", day))
                return int(sum(pipe.execute()[1::2]))

        return self._ask(drop, otherwise=None)

    def entries(self, topic: Topic, days: Sequence[Day]) -> dict[Day, DayEntry] | None:
        """What is kept of these days; None if Redis does not answer."""

        def entries() -> dict[Day, DayEntry] | None:
            texts: Any = self._redis.mget([topic.key("day", day) for day in days])
            decoded = {day: DayEntry.decode(text, day) for day, text in zip(days, texts, strict=True)}
            return {day: entry for day, entry in decoded.items() if entry}

        return self._ask(entries, otherwise=None)

    @contextmanager
    def only_one(self, topic: Topic, *, wait: float) -> Iterator[bool]:
        """True inside for one holder in all processes; False after `wait` seconds, and at once without Redis."""
        lock = self._redis.lock(topic.key("lock"), timeout=LOCK_SECONDS, sleep=POLL_SECONDS, thread_local=False)
        held = self._ask(lambda: lock.acquire(blocking=wait > 0, blocking_timeout=wait or None), otherwise=False)
        try:
            yield held
        finally:
            if held:
                self._ask(lock.release, otherwise=None)

    def _read(self, topic: Topic, days: Sequence[Day], now_ms: int) -> Known:
        texts, marks, taken = self._read_all(keys=_keys_to_read(topic, tuple(days)), args=[now_ms])
        decoded = {day: DayEntry.decode(text, day) for day, text in zip(days, texts, strict=True)}
        return Known(
            entries={day: entry for day, entry in decoded.items() if entry},
            marks={day: mark.decode(errors="replace") if mark else "" for day, mark in zip(days, marks, strict=True)},
            taken=[_span(member) for member in taken],
        )

    def _ask(self, question: Callable[[], T], *, otherwise: T) -> T:
        if time.monotonic() < self._left_alone_until:
            return otherwise
        try:
            return question()
        except LockError:  # the lock had run out before it was released
            return otherwise
        except (RedisError, ValueError) as error:
            now = time.monotonic()
            if now >= self._left_alone_until:  # else another thread has said so
                _log.warning("slot_cache_lost", error=type(error).__name__)
            self._left_alone_until = now + OUTAGE_SECONDS
            return otherwise


@lru_cache(maxsize=1024)
def _keys_to_read(topic: Topic, days: tuple[Day, ...]) -> tuple[str, ...]:
    """Kept: all who ask for a topic read the same ones all day."""
    return (topic.key("taken"), *(topic.key(part, day) for part in ("day", "mark") for day in days))


def _new_mark(now_ms: int) -> str:
    return f"{now_ms}.{secrets.token_hex(8)}"


@lru_cache(maxsize=8192)
def _span(member: bytes) -> tuple[int, int]:
    begin, _, end = member.decode().removeprefix(RESERVED).partition("-")
    return int(begin), int(end)
