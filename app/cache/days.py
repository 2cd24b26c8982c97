"""Free starts of one UTC day as they are kept: integers, in a line of text that Redis' own scripts can read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

DAY_SECONDS = 86_400

Day = int
"""A UTC day as the number of days since 1970-01-01."""


@dataclass(frozen=True, slots=True)
class DayEntry:
    """What was known of a day at `loaded_ms` (Unix time, milliseconds). `starts` are Unix times in seconds, sorted.

    `forgotten`: something changed since, so that it serves only who can learn nothing newer; a minus in front says so.
    """

    loaded_ms: int
    starts: tuple[int, ...]
    forgotten: bool = False

    def encode(self) -> str:
        return " ".join(map(str, (-self.loaded_ms if self.forgotten else self.loaded_ms, *self.starts)))

    @classmethod
    def decode(cls, text: bytes | None, day: Day) -> DayEntry | None:
        """None for what is missing, and for what no one of us can have written."""
        return _decode(text, day) if text else None


@lru_cache(maxsize=8192)
def _decode(text: bytes, day: Day) -> DayEntry | None:
    """Kept, as the same few lines are read by every request until they are refreshed; some 2 kB each."""
    try:
        loaded_ms, *starts = map(int, text.split())
    except ValueError:
        return None
    if any(start // DAY_SECONDS != day for start in starts):
        return None
    return DayEntry(abs(loaded_ms), tuple(starts), forgotten=loaded_ms < 0)


@lru_cache(maxsize=8192)
def moments(starts: tuple[int, ...]) -> tuple[datetime, ...]:
    """Unix times as UTC. Kept, so that the same times are the same objects, which remember their hashes."""
    return tuple(datetime.fromtimestamp(start, UTC) for start in starts)


def day_of(moment: datetime) -> Day:
    return int(moment.timestamp() // DAY_SECONDS)


def days_between(start: datetime, end: datetime) -> range:
    """The days that [start, end) touches; none if it is empty."""
    return range(day_of(start), day_of(end - timedelta(microseconds=1)) + 1)


def begin_of(day: Day) -> datetime:
    return datetime.fromtimestamp(day * DAY_SECONDS, UTC)


def starts_by_day(openings: Iterable[datetime], days: Iterable[Day]) -> dict[Day, tuple[int, ...]]:
    """The openings of each of `days`, sorted, each once; what lies on other days is dropped."""
    found: dict[Day, set[int]] = {day: set() for day in days}
    for opening in openings:
        if (day := day_of(opening)) in found:
            found[day].add(int(opening.timestamp()))
    return {day: tuple(sorted(starts)) for day, starts in found.items()}
