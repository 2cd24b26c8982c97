"""How the desk writes times, spans and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from app.domain.times import zone_info

NOTHING = "–"


def moment(at: datetime | None) -> Markup | str:
    """In UTC; the page's script shows it in the reader's own time zone, if there is a script."""
    if at is None:
        return NOTHING
    exact = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return Markup(f'<time datetime="{exact}Z">{exact.replace("T", " ")} UTC</time>')  # noqa: S704 - digits alone


def wall(at: datetime | None, zone: str) -> str:
    """The wall time where the appointment takes place: Tue 24 Nov 2026, 14:00 (America/New York)."""
    if at is None:
        return NOTHING
    return f"{at.astimezone(zone_info(zone)):%a %d %b %Y, %H:%M} ({zone.replace('_', ' ')})"


def slot(at: datetime, zone: str) -> str:
    """The same, where the year and the zone go without saying: Tue 24 Nov, 14:00."""
    return f"{at.astimezone(zone_info(zone)):%a %d %b, %H:%M}"


def span(length: timedelta | float | None) -> str:
    """A length of time, as exact as a person wants it: 85 ms, 3.2 s, 4 min, 2 h 10 min, 3 days."""
    if length is None:
        return NOTHING
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(hours / 24)} days"


def count(number: int) -> str:
    """With a narrow blank between thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def counted(number: int, one: str, many: str = "") -> str:
    """How many of what: 1 job, 2 jobs, 3 deliveries. `many` is needed where it is more than `one` and an s."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def share(part: float) -> str:
    """A part of one in percent; not 100 % unless it is all."""
    percent = part * 100
    return f"{percent:.0f} %" if percent in {0, 100} else f"{min(percent, 99.9):.1f} %"


def word(name: Any) -> str:
    """A code as words: outcome_unknown, outcome unknown."""
    return str(name).replace("_", " ")


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "wall": wall,
    "slot": slot,
    "span": span,
    "count": count,
    "counted": counted,
    "share": share,
    "word": word,
}
"""By their names in templates."""
