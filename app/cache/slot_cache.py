"""Free times of an event type, asked of Cal.com once for all who want to know them within some seconds."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from app.cache.days import Day, DayEntry, begin_of, day_of, days_between, moments, starts_by_day
from app.cache.flights import Flights
from app.cache.slot_store import ENTRY_MS, Known, SlotStore, Topic
from app.domain.errors import CalendarError, PostponedError, RefusedError, StoreUnavailableError
from app.domain.held_slots import HeldDay
from app.domain.outcomes import Failed
from app.domain.ports import Clock
from app.domain.slot_use import SlotUse

FRESH_MS = 20_000
SETTLE_MS = 3_000
"""So long after a `forget` Cal.com may still show its list from before (2 s, real-server.md [404] [405])."""

LOCK_WAIT = 2.0
"""Seconds to wait for another process that asks Cal.com for the same event type."""

FLIGHT_WAIT = 4.0
"""Seconds to wait for another thread, which may wait for another process itself. With the 4 s that one look at Cal.com
may take, the slowest answer comes within 8 s."""

REFRESHERS = 4
"""Refreshes that may run in a process at once; a stale answer beyond that stays stale until the next one asks."""

HORIZON_DAYS = 400
"""Days ahead that are looked through for what is kept."""

Load = Callable[[datetime, datetime], list[datetime]]
Found = Mapping[Day, tuple[int, ...]]
NOTHING = Known({}, {})
HIT, STALE, MISS = SlotUse(hits=1), SlotUse(stale=1), SlotUse(misses=1)

_log = structlog.get_logger(__name__)


class RedisSlotCache:
    """Fulfils the ports SlotCache and HeldSlots.

    An answer is fresh for 20 s, and given out stale for 120 s while one refresh runs; for 20 s where it was loaded just
    after a `forget`. What was forgotten is given out only where Cal.com cannot be asked.
    """

    def __init__(self, redis_url: str, clock: Clock, count: Callable[[SlotUse], None] = lambda _use: None) -> None:
        """`redis_url` as redis-py takes it; `count` is told of each look-up, and must take no time."""
        self._store = SlotStore(redis_url)
        self._clock = clock
        self._count = count
        self._flights: Flights[Found] = Flights()
        self._refreshers = threading.BoundedSemaphore(REFRESHERS)
        self._refreshing: set[Topic] = set()
        self._lock = threading.Lock()

    def openings(
        self,
        account_id: str,
        event_type_id: int,
        start: datetime,
        end: datetime,
        load: Load,
        *,
        refresh: Load | None = None,
    ) -> list[datetime]:
        """Free starts in [start, end) from now on, UTC, sorted, each once.

        `load(start, end)` asks Cal.com for whole UTC days; `refresh` (else `load`) does so in another thread, also
        after the return. What `load` raises is raised here, unless what is known is not older than 120 s; a no for good
        is, where that was forgotten.
        """
        days = days_between(max(start, self._clock()), end)
        topic = Topic(account_id, event_type_id)
        known = self._read(topic, days)
        found = self._whole(topic, days, known, refresh or load)
        if found is None:
            self._count(MISS)
            # Who comes after a `forget` sees other marks, and does not join a load that began before it.
            key = (topic, days, tuple(known.marks.values()))
            fetch = partial(self._fetch, topic, days, load)
            try:
                found = self._flights.join(key, partial(fetch, wait=LOCK_WAIT), wait=FLIGHT_WAIT, otherwise=fetch)
            except CalendarError as error:
                found = self._last_resort(topic, days)
                if found is None or isinstance(error.outcome, Failed):
                    raise
        return _clip(found, max(start, self._clock()), end)

    def known(
        self, account_id: str, event_type_id: int, start: datetime, end: datetime, refresh: Load
    ) -> list[datetime] | None:
        """What `openings` would say without asking Cal.com first; None where it would have to ask."""
        days = days_between(max(start, self._clock()), end)
        topic = Topic(account_id, event_type_id)
        found = self._whole(topic, days, self._read(topic, days), refresh)
        return None if found is None else _clip(found, max(start, self._clock()), end)

    def taken(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        """Nothing starts in [start, end) any more: drop it, and hide it from loads of the next 10 s."""
        begins, ends = int(start.timestamp()), int(end.timestamp())
        topic = Topic(account_id, event_type_id)
        self._store.take(topic, days_between(start, end), begins, ends, now_ms=self._now_ms())

    def freed(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        self._store.free(Topic(account_id, event_type_id), int(start.timestamp()), int(end.timestamp()))

    def reserve(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        begins, ends = int(start.timestamp()), int(end.timestamp())
        self._store.reserve(Topic(account_id, event_type_id), begins, ends, now_ms=self._now_ms())

    def release(self, account_id: str, event_type_id: int, start: datetime, end: datetime) -> None:
        self._store.release(Topic(account_id, event_type_id), int(start.timestamp()), int(end.timestamp()))

    def forget(self, account_id: str, event_type_id: int, around: datetime) -> None:
        """Ask Cal.com again for that UTC day and its neighbours, which may be the same day where the host lives."""
        day = day_of(around)
        self._store.forget(Topic(account_id, event_type_id), range(day - 1, day + 2), now_ms=self._now_ms())

    def held(self, account_id: str, event_type_id: int) -> list[HeldDay] | None:
        found = self._store.entries(Topic(account_id, event_type_id), self._horizon())
        if found is None:
            return None
        return [
            HeldDay(
                day=begin_of(day).date(),
                loaded_at=datetime.fromtimestamp(entry.loaded_ms / 1000, UTC),
                free=len(entry.starts),
            )
            for day, entry in sorted(found.items())
            if not entry.forgotten
        ]

    def purge(self, account_id: str, event_type_id: int) -> int | None:
        return self._store.drop(Topic(account_id, event_type_id), self._horizon(), now_ms=self._now_ms())

    def _horizon(self) -> range:
        """Every day that may be kept: nobody asks for times further ahead."""
        today = day_of(self._clock())
        return range(today - 1, today + HORIZON_DAYS)

    def _read(self, topic: Topic, days: Sequence[Day]) -> Known:
        return self._store.read(topic, days, now_ms=self._now_ms()) if days else NOTHING

    def _whole(self, topic: Topic, days: Sequence[Day], known: Known, refresh: Load) -> Found | None:
        """All the days, if none of them is too old to be given out; those that are not fresh are refreshed behind."""
        oldest = max(self._ages(known, days), default=0)
        if oldest >= ENTRY_MS:
            return None
        if oldest >= FRESH_MS:
            self._refresh(topic, days, refresh)
            self._count(STALE)
        elif days:
            self._count(HIT)
        return {day: known.starts(day) for day in days}

    def _last_resort(self, topic: Topic, days: Sequence[Day]) -> Found | None:
        """All the days, if they are kept at all, forgotten or not."""
        known = self._read(topic, days)
        return {day: known.starts(day) for day in days} if self._is_kept(known, days) else None

    def _is_kept(self, known: Known, days: Sequence[Day]) -> bool:
        now_ms = self._now_ms()
        return all(day in known.entries and abs(now_ms - known.entries[day].loaded_ms) < ENTRY_MS for day in days)

    def _fetch(
        self, topic: Topic, days: Sequence[Day], load: Load, *, wait: float = 0.0, only_alone: bool = False
    ) -> Found:
        """What is fresh as it is, the rest from Cal.com with one call for the days from the first to the last.

        Waits up to `wait` seconds for another process that is at it, and then asks as well, unless `only_alone` or what
        was forgotten is still there to be told.
        """
        with self._store.only_one(topic, wait=wait) as alone:
            now_ms = self._now_ms()
            known = self._store.read(topic, days, now_ms=now_ms)
            found = {day: known.starts(day) for day in days}
            outdated = self._outdated(known, days)
            if not outdated or (not alone and (only_alone or self._is_kept(known, days))):
                return found
            wanted = range(outdated[0], outdated[-1] + 1)
            answer = starts_by_day(load(begin_of(wanted.start), begin_of(wanted.stop)), wanted)
            loaded = {day: DayEntry(now_ms, starts) for day, starts in answer.items()}
            kept = self._store.store(topic, loaded, known.marks, now_ms=self._now_ms())
        return found | {day: known.without_hidden(entry.starts) for day, entry in kept.items()}

    def _refresh(self, topic: Topic, days: Sequence[Day], load: Load) -> None:
        """Fetch in the background, unless this process is at it already or has enough to do."""
        with self._lock:
            if topic in self._refreshing or not self._refreshers.acquire(blocking=False):
                return
            self._refreshing.add(topic)
        thread = threading.Thread(target=self._run_refresh, args=(topic, days, load), name="slot-refresh", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads to be had
            self._end_refresh(topic)

    def _run_refresh(self, topic: Topic, days: Sequence[Day], load: Load) -> None:
        try:
            self._fetch(topic, days, load, only_alone=True)
        except PostponedError:
            pass  # who asks next tries again; what is known is given out until then
        except (CalendarError, RefusedError, StoreUnavailableError) as error:
            _log.warning("slot_refresh_failed", account_id=topic.account_id, error=str(error))
        finally:
            self._end_refresh(topic)

    def _end_refresh(self, topic: Topic) -> None:
        with self._lock:
            self._refreshing.discard(topic)
        self._refreshers.release()

    def _outdated(self, known: Known, days: Sequence[Day]) -> list[Day]:
        return [day for day, age in zip(days, self._ages(known, days), strict=True) if age >= FRESH_MS]

    def _ages(self, known: Known, days: Sequence[Day]) -> list[int]:
        """Milliseconds since each was loaded; without end if it is not known. Hosts' clocks may differ a little."""
        now_ms = self._now_ms()
        return [_age(known, day, now_ms) for day in days]

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)


def _age(known: Known, day: Day, now_ms: int) -> int:
    """Just after a change Cal.com's answer may be the one from before: it counts as stale at once, so that the next to
    ask has it refreshed, and is given out for no longer than a sure one is fresh.
    """
    entry = known.entries.get(day)
    if entry is None or entry.forgotten:
        return ENTRY_MS
    age = abs(now_ms - entry.loaded_ms)
    if not known.marks[day] or abs(entry.loaded_ms - known.marked_ms(day)) >= SETTLE_MS:
        return age
    return FRESH_MS + age if age < FRESH_MS else ENTRY_MS


def _clip(found: Found, start: datetime, end: datetime) -> list[datetime]:
    openings = [moment for day in sorted(found) for moment in moments(found[day])]
    return openings[bisect_left(openings, start) : bisect_left(openings, end)]
