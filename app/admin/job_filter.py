"""What the address of the list of jobs says: which jobs, and which part of them. Nothing in it tells who anybody is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from app.admin.wall_times import read_utc
from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.job_search import TRIED_OFTEN, JobSearch, Part
from app.domain.jobs import Status
from app.domain.paging import Place
from app.services.named import refused

WITHIN = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
NAMES = (
    "state",
    "action",
    "org",
    "agent",
    "account",
    "result",
    "tries",
    "within",
    "from",
    "to",
    "call",
    "appointment",
    "who",
)
"""Of all that chooses jobs; `before` and `after` choose a part of them."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Word = TypeVar("Word", bound=StrEnum)
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """`given` is what the address says, without the part: what links to other parts or states repeat."""

    wanted: JobSearch
    part: Part
    given: Mapping[str, str] = field(repr=False)

    @property
    def who(self) -> str:
        return self.given.get("who", "")

    def but(self, **changes: str) -> dict[str, str]:
        """The same address with something else in it; an empty text takes it out."""
        return {name: value for name, value in {**self.given, **changes}.items() if value}


def read_filter(said: Mapping[str, str], now: datetime) -> JobFilter:
    """Raises RefusedError where an address was mistyped."""
    given = {name: text for name in NAMES if (text := said.get(name, "").strip())}
    since = [at for at in (_ago(given.get("within"), now), _time("from", given.get("from"))) if at]
    wanted = JobSearch(
        status=_word(Status, "state", given.get("state")),
        action=_word(Action, "action", given.get("action")),
        org_id=given.get("org"),
        agent_id=given.get("agent"),
        account_id=given.get("account"),
        result=_word(Result, "result", given.get("result")),
        tried=_tried(given.get("tries")),
        since=max(since, default=None),
        until=_time("to", given.get("to")),
        call_session_id=given.get("call"),
        appointment_id=given.get("appointment"),
    )
    part = Part(older_than=_place("before", said.get("before")), newer_than=_place("after", said.get("after")))
    return JobFilter(wanted=wanted, part=part, given=given)


def place_text(place: Place) -> str:
    """Exact to the microsecond, as the list's order is."""
    return f"{(place.at - BEGINNING) // timedelta(microseconds=1)}.{place.id}"


def _place(name: str, text: str | None) -> Place | None:
    if not text:
        return None
    moment, _, job_id = text.partition(".")
    return Place(at=_read(name, lambda: BEGINNING + timedelta(microseconds=int(moment))), id=job_id)


def _word(kind: type[Word], name: str, text: str | None) -> Word | None:
    return None if text is None else _read(name, lambda: kind(text))


def _tried(text: str | None) -> int | None:
    if text is None:
        return None
    if text not in map(str, TRIED_OFTEN):
        raise refused("tries", f"It must be one of {', '.join(map(str, TRIED_OFTEN))}.")
    return int(text)


def _ago(text: str | None, now: datetime) -> datetime | None:
    return None if text is None else now - _read("within", lambda: WITHIN[text])


def _time(name: str, text: str | None) -> datetime | None:
    return None if text is None else _read(name, lambda: read_utc(text))


def _read(name: str, read: Callable[[], Read]) -> Read:
    try:
        return read()
    except (ValueError, LookupError, OverflowError):
        raise refused(name, "This part of the address is not understood.") from None
