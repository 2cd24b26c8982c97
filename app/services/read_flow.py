"""Read how jobs ended of late, slot by slot: from the tallies, and what is too young for them from the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.stores import UnitOfWork
from app.domain.tallies import Span, Tally, TallyStore, floor_to, tallied

MOST_UNCOUNTED = 2_000
"""Jobs that are read themselves. There are more only where nobody has counted for a while."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""An end may be noted by a clock that is ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back to look: so many slots up to now, each made of whole minutes or hours."""

    name: str
    span: Span
    slot: timedelta
    slots: int

    def since(self, now: datetime) -> datetime:
        """The begin of the first slot; the last one has just begun."""
        return floor_to(self.slot, now) - (self.slots - 1) * self.slot


HOUR = Window(name="hour", span=Span.MINUTE, slot=timedelta(minutes=2), slots=30)
DAY = Window(name="day", span=Span.HOUR, slot=timedelta(hours=1), slots=24)
DAYS = Window(name="days", span=Span.HOUR, slot=timedelta(hours=3), slots=24)
WINDOWS = {window.name: window for window in (HOUR, DAY, DAYS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`slots` by their begin, empty ones too; `whole` is all of them. What ended from `missing_from` on is missing."""

    window: Window
    since: datetime
    until: datetime
    slots: dict[datetime, Tally]
    whole: Tally
    missing_from: datetime | None = None

    @property
    def minutes(self) -> float:
        return (self.until - self.since) / timedelta(minutes=1)


def read_flow(unit: UnitOfWork, window: Window, now: datetime) -> Flow:
    since = window.since(now)
    slots = {since + number * window.slot: Tally() for number in range(window.slots)}
    last, whole = max(slots), Tally()
    found, missing_from = _found(unit.tallies, window, since, now)
    for begin, tally in found:
        slots[min(floor_to(window.slot, begin), last)].add(tally)
        whole.add(tally)
    return Flow(window=window, since=since, until=now, slots=slots, whole=whole, missing_from=missing_from)


def _found(
    tallies: TallyStore, window: Window, since: datetime, now: datetime
) -> tuple[list[tuple[datetime, Tally]], datetime | None]:
    kept, until = tallies.read(window.span, since=since), now + CLOCKS_DIFFER
    young = tallies.ended(since=max(kept.until or since, since), until=until, limit=MOST_UNCOUNTED)
    found = [*kept.tallies.items(), *tallied(young.jobs, window.slot).items()]
    return found, young.until if young.until < until else None
