"""What became of a request: the one value from which status, code, body and sentence of an answer are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.appointments import Action, Attendee

SHORTEST_WAIT = 0.5
LONGEST_WAIT = 25.0
"""Bounds in seconds of how long a request may be held: voice platforms give up on a tool after 20 to 30 s."""


REQUIRED = "is required"
REQUIRED_HERE = "is required for this kind of appointment"
OR_PHONE_REQUIRED = "or phone is required"
OR_EMAIL_REQUIRED = "or email is required"
SAY_MISSING = frozenset({REQUIRED, REQUIRED_HERE, OR_PHONE_REQUIRED, OR_EMAIL_REQUIRED})
"""The reasons in `Answer.fields` that mean "was not given"; with any other, what was given is wrong."""


class Result(StrEnum):
    """Everything a request can come to: each has a row in `api.answers` and a sentence in every catalogue."""

    # done
    BOOKED = "booked"
    REQUESTED = "requested"  # Cal.com has it, the host has yet to confirm it
    CANCELLED = "cancelled"
    OPENINGS = "openings"
    NO_OPENINGS = "no_openings"
    LISTED = "listed"
    NONE_LISTED = "none_listed"
    # not known yet
    CONFIRMING = "confirming"
    # refused, another time would do
    SLOT_TAKEN = "slot_taken"
    SLOT_NOT_OFFERED = "slot_not_offered"  # too soon, too far ahead, outside the hours
    SLOT_PAST = "slot_past"  # the time went by while the job waited
    LIMIT_REACHED = "limit_reached"  # the day, week or month is full
    # refused, the request must change
    INVALID = "invalid"
    TIME_SKIPPED = "time_skipped"  # a clock change leaves that wall time out
    TIME_PAST = "time_past"
    EMAIL_NEEDED = "email_needed"
    PHONE_NEEDED = "phone_needed"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    # refused, the set-up must change
    NOT_CONNECTED = "not_connected"
    NOT_BOOKABLE = "not_bookable"  # the event type asks for what a call cannot give
    FORBIDDEN = "forbidden"
    NOT_VERIFIED = "not_verified"  # open to verified callers only
    # refused, the appointment is not what the caller thinks
    UNKNOWN_APPOINTMENT = "unknown_appointment"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_OVER = "already_over"
    NOT_CANCELLABLE = "not_cancellable"
    PERSON_LIMIT = "person_limit"  # this person has as many bookings as allowed, at whatever time
    KEY_REUSED = "key_reused"
    UNKNOWN_JOB = "unknown_job"
    # not now
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    # Cal.com
    UPSTREAM_REFUSED = "upstream_refused"
    UPSTREAM_DOWN = "upstream_down"
    UPSTREAM_KEY = "upstream_key"  # Cal.com does not take the account's key
    OUTCOME_UNKNOWN = "outcome_unknown"
    DISCARDED = "discarded"
    INTERNAL = "internal"
    NO_ROUTE = "no_route"
    NO_METHOD = "no_method"


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """How a job ended, as kept in its row. `openings`: other times (UTC, nearest first) where the slot was refused.

    `appointment_id` is set where the caller turned out to have that very appointment already.
    """

    result: Result
    starts_at: datetime | None = None
    openings: tuple[datetime, ...] = ()
    detail: str = ""
    appointment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAppointment:
    """One upcoming appointment, as told to its own caller."""

    appointment_id: str
    starts_at: datetime
    status: str
    attendee: Attendee


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one request is answered. Times are UTC; `zone` (IANA name or "+05:30") is the one zone all labels are in.

    `day_order` is false where `openings` come nearest first. `fields` says per field of the request what is wrong.
    """

    result: Result
    action: Action | None = None
    zone: str = "UTC"
    language: str = "en"
    agent_name: str = ""
    appointment_id: str = ""
    starts_at: datetime | None = None
    openings: tuple[datetime, ...] = ()
    appointments: tuple[ListedAppointment, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    days_ahead: int = 0
    job_id: str = ""
    job_status: str = ""
    retry_after: int | None = None
    replayed: bool = False
    always_200: bool = False
