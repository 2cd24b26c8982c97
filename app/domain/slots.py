"""Which free times an answer offers: the window, days, the few to suggest and the nearest to a wish.

Openings are the starts of free slots, aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from app.domain.times import zone_info

DEFAULT_DAYS = 7
MAX_DAYS = 30
MOST_SUGGESTED = 3
_PARTS_START = (12, 17)
"""Hours at which the afternoon and the evening begin."""


@dataclass(frozen=True, slots=True)
class Day:
    """The openings of one date in the answer's zone."""

    date: date
    starts: tuple[datetime, ...]


def days_ahead(value: int | None) -> int:
    """How many days to look ahead: 7 unless asked for, never more than 30."""
    return min(value, MAX_DAYS) if value is not None and value > 0 else DEFAULT_DAYS


def window(now: datetime, days_ahead: int) -> tuple[datetime, datetime]:
    """From now, that many days of 24 hours."""
    return now, now + timedelta(days=days_ahead)


def upcoming(openings: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    """Those that have not begun yet, in the given order."""
    return tuple([opening for opening in openings if opening > now])


def group_by_day(openings: Iterable[datetime], zone: str) -> list[Day]:
    """One entry per date; dates and their starts stay in the order in which they first come."""
    place = zone_info(zone)
    days: dict[date, list[datetime]] = {}
    for opening in openings:
        days.setdefault(opening.astimezone(place).date(), []).append(opening)
    return [Day(day, tuple(starts)) for day, starts in days.items()]


def nearest_first(openings: Iterable[datetime], wanted: datetime, limit: int = 6) -> tuple[datetime, ...]:
    """At most `limit`, the nearest to `wanted` first; of two equally near, the earlier first."""
    return tuple(sorted(set(openings), key=lambda opening: (abs(opening - wanted), opening))[:limit])


def suggest(
    openings: Iterable[datetime], *, zone: str, now: datetime, wanted: datetime | None = None
) -> tuple[datetime, ...]:
    """At most three that differ, in order of time: the soonest, another part of the day, another day.

    With `wanted`, "nearest to it" takes the place of "soonest". Where the openings do not differ enough, the next best
    fill up.
    """
    place = zone_info(zone)
    ahead = sorted(set(upcoming(openings, now)))
    ranked = nearest_first(ahead, wanted, len(ahead)) if wanted else tuple(ahead)
    chosen = list(ranked[:1])
    for trait in (_part_of_day, datetime.date):
        taken = {trait(pick.astimezone(place)) for pick in chosen}
        chosen += islice((opening for opening in ranked if trait(opening.astimezone(place)) not in taken), 1)
    rest = [opening for opening in ranked if opening not in chosen]
    return tuple(sorted((chosen + rest)[:MOST_SUGGESTED]))


def spoken_choice(openings: Sequence[datetime], zone: str, most: int = MOST_SUGGESTED) -> tuple[datetime, ...]:
    """Which of many openings (best first) to name in a sentence, in order of time: the first, but the last one named
    is the first on another day than the others, if there is one.
    """
    if len(openings) <= most or most < 2:
        return tuple(sorted(openings[:most]))
    place = zone_info(zone)
    first = list(openings[: most - 1])
    dates = {opening.astimezone(place).date() for opening in first}
    others = [opening for opening in openings[most - 1 :] if opening.astimezone(place).date() not in dates]
    return tuple(sorted([*first, (others or openings[most - 1 :])[0]]))


def _part_of_day(local: datetime) -> int:
    return sum(local.hour >= start for start in _PARTS_START)
