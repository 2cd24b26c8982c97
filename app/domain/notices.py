"""What Cal.com tells us of bookings: notices, the hook they come through, and the sweep that finds what got lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.appointments import Appointment, AppointmentStatus

JOB_KEY = "ringbook_job"
"""The metadata key under which Cal.com keeps our job id; it survives every move (calcom, metadata of reschedules)."""

MEANS = {
    "BOOKING_CREATED": AppointmentStatus.ACCEPTED,  # also when a host confirms
    "BOOKING_REQUESTED": AppointmentStatus.PENDING,  # also when a move has to be confirmed
    "BOOKING_RESCHEDULED": AppointmentStatus.ACCEPTED,
    "BOOKING_CANCELLED": AppointmentStatus.CANCELLED,
    "BOOKING_REJECTED": AppointmentStatus.REJECTED,
}
"""The triggers we ask Cal.com for, and what each says a booking is now (facts.md, section 12)."""

SWEPT = "SWEPT"
"""The trigger of a notice that a sweep wrote in place of a hook."""

KEY_UNREADABLE = "key_unreadable"
"""A sweep's trouble that is not Cal.com's: the key of the account cannot be decrypted."""

LEASE = timedelta(seconds=30)
"""How long a worker may handle a notice: longer than it nearly always takes. Two at once would do no harm."""

PAUSES = (2.0, 4.0, 10.0, 30.0, 60.0)
"""Seconds until a notice is looked at again, after the 1st, 2nd, ... try that came to nothing; then the last one."""

LIFE = timedelta(hours=3)
"""A notice this old is given up as soon as a look for it fails, not before: no sweep lists that change again.

It is longer than a job may look for its write.
"""

KEEP = timedelta(days=30)
"""How long notices are kept, so that one that is replayed is known."""

LONGEST_TEXT = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a notice says, none of it about a person and none of it to be believed: it says where to look."""

    trigger: str = ""
    uid: str = ""
    former_uid: str = ""
    job_id: str = ""
    starts_at: datetime | None = None
    former_starts_at: datetime | None = None

    @property
    def is_followed(self) -> bool:
        return bool(self.uid) and (self.trigger in MEANS or self.trigger == SWEPT)

    def is_old_news(self, appointment: Appointment) -> bool:
        """It says nothing that the row does not say: most often it is the echo of what we did ourselves."""
        said = (self.uid, self.starts_at, MEANS.get(self.trigger))
        return said == (appointment.uid, appointment.starts_at, appointment.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message about a booking. `body_hash` makes it one of a kind within its account.

    `fence` grows with every claim; a write that carries an old fence changes nothing.
    """

    id: str
    account_id: str
    body_hash: str
    told: Told
    received_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    crashes: int = 0
    fence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where Cal.com tells of an account's bookings, and the secret by which we know that it is Cal.com who tells.

    `registered_at` is empty while Cal.com has not confirmed that it signs with `secret`: it may sign with the former
    one then, which is accepted without end. After that it is accepted until `former_until`, for what is on its way.
    """

    account_id: str
    url: str
    secret: str = field(repr=False)
    former_secret: str = field(default="", repr=False)
    former_until: datetime | None = None
    calcom_id: str = ""
    registered_at: datetime | None = None

    def accepted(self, now: datetime) -> tuple[str, ...]:
        """The secrets a signature may be made with."""
        with_former = bool(self.former_secret) and (self.former_until is None or now < self.former_until)
        return (self.secret, self.former_secret) if with_former else (self.secret,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """An account's turn to be looked through. All that changed in Cal.com before `swept_until` has been seen.

    `trouble`: what kept the last look from succeeding, in the words of results; empty where nothing did.
    """

    account_id: str
    swept_until: datetime
    failures: int
    fence: int
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStanding:
    """How far an account has been looked through, and when it is next. `failures` in a row."""

    swept_until: datetime
    next_at: datetime
    failures: int


def pause_after(attempts: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(attempts, len(PAUSES)) - 1])


def read_told(raw: bytes) -> Told:
    """What a webhook's body says (facts.md, section 12); nothing where it is not Cal.com's own form."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return Told()
    body = _object(document)
    payload = _object(body.get("payload"))
    return Told(
        trigger=_text(body, "triggerEvent"),
        uid=_text(payload, "uid"),
        former_uid=_text(payload, "rescheduleUid"),
        job_id=_text(_object(payload.get("metadata")), JOB_KEY),
        starts_at=_moment(payload, "startTime"),
        former_starts_at=_moment(payload, "rescheduleStartTime"),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) and len(value) <= LONGEST_TEXT else ""


def _moment(body: Mapping[str, Any], key: str) -> datetime | None:
    """Cal.com writes times in three forms; one without a zone is none."""
    try:
        at = datetime.fromisoformat(_text(body, key))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
