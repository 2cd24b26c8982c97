"""What one attempt against Cal.com yields. A value, not an exception: each kind leads to one next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.domain.answers import Result
from app.domain.appointments import Booking

HIDDEN = "[hidden]"
"""In a recorded request, in place of what is nobody's business: the field was there, with something in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to Cal.com, for the attempt's record. `path` is that of its kind, `body` or `query` its fields: times
    and event type as they were sent, anything else HIDDEN.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What Cal.com was asked and answered, for the attempt's record: no secrets, nothing about the attendee.

    `request` is None where nothing was asked. `duration_ms` counts from the request to its answer, or to giving up.
    """

    http_status: int | None = None
    code: str = ""
    detail: str = ""
    request: Asked | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """Cal.com has it; `booking` is what it says now. A cancel is shown by its status `cancelled`."""

    name: ClassVar[str] = "succeeded"
    booking: Booking
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotUnavailable:
    """A definite no to that time: nothing was changed, another time may do. `result` says which kind of no.

    `known`: we knew before we asked, so the times we keep are right.
    """

    name: ClassVar[str] = "slot_unavailable"
    result: Result = Result.SLOT_TAKEN
    known: bool = False
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """A definite "not done, may be tried again". `wait` is how many seconds Cal.com asked for, None if it did not.

    `counts` is false where trying again is Cal.com's wish (429) and must not use up the job's attempts.
    """

    name: ClassVar[str] = "retry_later"
    wait: float | None = None
    counts: bool = True
    trace: Trace = Trace()


POSTPONED = "postponed"
"""How an attempt is recorded that Cal.com itself asked to be made later: it does not count as a try."""

NOT_TAKEN = frozenset({RetryLater.name, POSTPONED})
"""How attempts are recorded whose request Cal.com is known not to have taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It may or may not have been done: look before anything is sent again.

    `wait`: for how many seconds Cal.com does not want to be asked, None if it did not say.
    """

    name: ClassVar[str] = "unknown"
    wait: float | None = None
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The uid is an old one: the appointment lives on under `uid`. Nothing was changed."""

    name: ClassVar[str] = "moved"
    uid: str
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A definite and final no."""

    name: ClassVar[str] = "failed"
    result: Result
    trace: Trace = Trace()


UNANSWERED = frozenset({Unknown.name, ""})
"""How attempts are recorded whose request Cal.com may or may not have carried out; empty: the worker died on it."""

Outcome = Succeeded | SlotUnavailable | RetryLater | Unknown | Moved | Failed
