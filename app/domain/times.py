"""Which instant a request means, and in which zone its answer is given.

A zone is a name here: an IANA key ("Europe/Berlin") or a fixed offset ("+05:30").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d(:\d\d(\.\d{1,9})?)?)"
    r"( ?(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>\d\d)(:?(?P<minutes>\d\d))?))?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OFFSET = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_YEARS = range(1970, 3000)
_WIDEST = timedelta(hours=14)
"""No place on earth is further from UTC (Kiribati)."""

_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""Files of the zone database that name no zone."""


class SkippedTimeError(ValueError):
    """A clock change leaves that wall time out. `nearest`: the real times (UTC) as far before and after the change."""

    def __init__(self, nearest: tuple[datetime, datetime]) -> None:
        super().__init__("does not exist: the clocks change then")
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class WallTime:
    """A date and time as written. `zulu`: the instant is known, but nothing was said about where (RFC 9557, 2)."""

    wall: datetime
    offset: timedelta | None = None
    zulu: bool = False


def parse_wall_time(text: str) -> WallTime:
    """Read ISO 8601 `YYYY-MM-DDTHH:MM[:SS[.fff]][Z|+HH:MM|+HHMM|+HH]`.

    Allowed as well: a blank for the T and before the offset, small t and z (RFC 3339, 5.6).

    Raises ValueError with a reason that can be shown beside the field.
    """
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        wants = "needs a time as well as a date" if _DATE.fullmatch(text) else "must be an ISO 8601 date and time"
        raise ValueError(f"{wants}, such as 2026-03-20T14:00:00-04:00")
    offset = _offset(found)
    try:
        wall = datetime.fromisoformat(f"{found['date']}T{found['time']}")
    except ValueError:
        raise ValueError("is not a date and time that exists") from None
    if wall.year not in _YEARS:
        raise ValueError(f"must have a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return WallTime(wall, offset, zulu=found["zone"] in {"Z", "z", "-00:00", "-0000", "-00"})


def _offset(found: re.Match[str]) -> timedelta | None:
    if found["sign"] is None:
        return timedelta(0) if found["zone"] else None
    minutes = int(found["minutes"] or 0)
    offset = timedelta(hours=int(found["hours"]), minutes=minutes)
    if minutes > 59 or offset > _WIDEST:
        raise ValueError("has an offset from UTC that no place uses")
    return -offset if found["sign"] == "-" else offset


@cache
def _iana_keys() -> frozenset[str]:
    return frozenset(available_timezones()) - _NOT_PLACES


@cache
def _spellings() -> Mapping[str, str]:
    return {key.lower(): key for key in _iana_keys()}


def is_zone(name: str) -> bool:
    """True for an IANA key, legacy ones included: Cal.com takes "EST" too."""
    return name in _iana_keys()


def zone_key(text: str) -> str:
    """The IANA key in its own spelling, for one in any case. Raises ValueError where there is none."""
    try:
        return _spellings()[text.lower()]
    except KeyError:
        raise ValueError("must be the IANA name of a time zone") from None


def zone_info(name: str) -> tzinfo:
    """The zone of that name. Raises ValueError for what is neither an IANA key nor an offset such as "+05:30"."""
    if is_zone(name):
        return ZoneInfo(name)
    if _OFFSET.fullmatch(name):
        size = timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
        return timezone(-size if name[0] == "-" else size)
    raise ValueError("must be an IANA time zone such as America/New_York")


def choose_zone(wall: WallTime | None, requested: str, agent_zone: str, schedule_zone: str) -> str:
    """The one zone of an answer: offset in the value, then `timezone`, agent's zone, schedule's zone, UTC.

    An offset that one of those zones has at that instant chooses the zone, whose other days follow its clock changes.
    """
    named = [name for name in (requested, agent_zone, schedule_zone) if is_zone(name)]
    if wall is None or wall.offset is None or wall.zulu:
        return named[0] if named else "UTC"
    moment = instant(wall, "UTC")
    same = [name for name in named if moment.astimezone(ZoneInfo(name)).utcoffset() == wall.offset]
    return same[0] if same else _offset_name(wall.offset)


def _offset_name(offset: timedelta) -> str:
    if not offset:
        return "UTC"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def attendee_zone(requested: str, chosen: str, agent_zone: str, schedule_zone: str) -> str:
    """The attendee's zone for Cal.com, which answers 400 to anything but an IANA name (POST /v2/bookings)."""
    return next((name for name in (requested, chosen, agent_zone, schedule_zone) if is_zone(name)), "UTC")


def instant(wall: WallTime, zone: str) -> datetime:
    """The instant meant, in UTC and to the second (Cal.com drops fractions); without an offset it is read in `zone`.

    Of a wall time that comes twice, the earlier. Raises SkippedTimeError for one that a clock change leaves out.
    """
    naive = wall.wall.replace(microsecond=0)
    if wall.offset is not None:
        return (naive - wall.offset).replace(tzinfo=UTC)
    place = zone_info(zone)
    moment = naive.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) != naive:
        raise SkippedTimeError((naive.replace(tzinfo=place, fold=1).astimezone(UTC), moment))
    return moment
