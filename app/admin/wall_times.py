"""Times as an agent's people read them: in the agent's zone, by day, and typed into a form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from app.domain.slots import group_by_day
from app.domain.times import SkippedTimeError, instant, parse_wall_time, zone_info
from app.services.named import refused

FORM = "%Y-%m-%dT%H:%M"
"""How browsers write the value of a field for date and time."""


def wall_text(at: datetime, zone: str) -> str:
    """Tuesday 24 November 2026, 14:00."""
    local = at.astimezone(zone_info(zone))
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def wall_value(at: datetime | None, zone: str) -> str:
    return at.astimezone(zone_info(zone)).strftime(FORM) if at else ""


def by_day(openings: Iterable[datetime], zone: str) -> list[dict[str, Any]]:
    """Days with their times, in their order."""
    place = zone_info(zone)
    return [
        {
            "day": f"{day.date:%A} {day.date.day} {day.date:%B}",
            "times": [{"at": utc_value(at), "label": f"{at.astimezone(place):%H:%M}"} for at in day.starts],
        }
        for day in group_by_day(openings, zone)
    ]


def utc_value(at: datetime) -> str:
    """Exact, for an address or a hidden field."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_utc(text: str) -> datetime:
    """As a browser's field for a date and a time writes it; without an offset it is UTC.

    Raises ValueError, and OverflowError where the calendar ends before that time in UTC.
    """
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def read_time(text: str, zone: str, field: str) -> datetime:
    """The instant of a typed time; one without an offset is read in `zone`. Raises RefusedError."""
    try:
        return instant(parse_wall_time(text.strip()), zone)
    except SkippedTimeError:
        raise refused(field, "That time does not exist: the clocks change then.") from None
    except ValueError as fault:
        raise refused(field, f"It {fault}.") from None
