"""What we tell others: the names of events, one event as a value, and what the body of each says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.domain.appointments import Appointment, Attendee, Book
from app.domain.identifiers import new_event_id
from app.domain.jobs import Job

SCHEMA_VERSION = 1
"""Of `data`, in every event. It grows only when a key changes its meaning or goes; new keys may come at any time."""


class EventName(StrEnum):
    """The `type` of an event. The last two are sent to the one endpoint they are about, whatever it asked for."""

    APPOINTMENT_BOOKED = "appointment.booked"
    APPOINTMENT_RESCHEDULED = "appointment.rescheduled"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    APPOINTMENT_PENDING = "appointment.pending"  # Cal.com has it, the host has yet to confirm it
    APPOINTMENT_FAILED = "appointment.failed"  # what was asked for did not come about, and this is known
    APPOINTMENT_NEEDS_ATTENTION = "appointment.needs_attention"  # not known whether it did: a person decides
    JOB_SUCCEEDED = "job.succeeded"
    JOB_FAILED = "job.failed"
    ENDPOINT_DISABLED = "endpoint.disabled"
    ENDPOINT_VERIFICATION = "endpoint.verification"
    ENDPOINT_TEST = "endpoint.test"


DIRECT = frozenset({EventName.ENDPOINT_VERIFICATION, EventName.ENDPOINT_TEST})
"""Events made for one endpoint; nobody subscribes to them."""

SUBSCRIBABLE = tuple(name for name in EventName if name not in DIRECT)


class Source(StrEnum):
    """Where a change came from."""

    RINGBOOK = "ringbook"  # a request to this service
    CALCOM = "calcom"  # somebody changed it in Cal.com itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, told once: its id is the `webhook-id` of every delivery and of every repeat.

    `data` may hold a caller's name, e-mail and phone: it goes to the organization's own endpoints, never into a log.
    `chosen`: endpoints the request named; empty: all of the organization. `agent_id` is empty where none is meant.
    `appointment_id` is what it is kept under, and erased with: not the one that `data` names, where that was shared.
    """

    id: str = field(default_factory=new_event_id)
    name: EventName
    org_id: str
    occurred_at: datetime
    data: Mapping[str, Any] = field(repr=False)
    agent_id: str = ""
    appointment_id: str = ""
    chosen: tuple[str, ...] = ()


def appointment_event(
    name: EventName,
    appointment: Appointment,
    *,
    now: datetime,
    previous: datetime | None = None,
    source: Source = Source.CALCOM,
    job: Job | None = None,
) -> Event:
    """An event about an appointment as it is now. `previous` is the start it had before it was moved.

    Who takes a seat in the booking of another gets that one's appointment: the event is theirs all the same.
    """
    attendee = job.command.attendee if job and isinstance(job.command, Book) else appointment.attendee
    said = _facts_of_job(job) | {
        "org_id": appointment.org_id,
        "agent_id": appointment.agent_id,
        "appointment_id": appointment.id,
        "status": appointment.status.value,
        "date_time": utc_text(appointment.starts_at),
        "end_date_time": utc_text(appointment.ends_at),
        "previous_date_time": utc_text(previous),
        "calcom_uid": appointment.uid,
        "source": source.value,
        "attendee": _person(attendee),
    }
    event = _about(name, said, now, chosen=job.endpoint_ids if job else ())
    return replace(event, appointment_id=job.appointment_id) if job else event


def failure_event(
    name: EventName, job: Job, *, reason: str, now: datetime, appointment: Appointment | None = None
) -> Event:
    """What `job` asked for did not come about, or nobody knows; `appointment` is what it was to change, if known."""
    attendee = appointment.attendee if appointment else None
    if isinstance(job.command, Book):
        attendee = job.command.attendee
    said = _facts_of_job(job) | {
        "status": appointment.status.value if appointment else None,
        "date_time": utc_text(job.starts_at or (appointment.starts_at if appointment else None)),
        "reason": reason,
        "source": Source.RINGBOOK.value,
        "attendee": _person(attendee) if attendee else None,
    }
    return _about(name, said, now, chosen=job.endpoint_ids)


def job_event(name: EventName, job: Job, *, status: str, reason: str | None, now: datetime) -> Event:
    """A job came to its end; `reason` says why where it ended without what it asked for. Says nothing of a person."""
    said = _facts_of_job(job) | {
        "status": status,
        "date_time": utc_text(job.starts_at),
        "reason": reason,
        "attempts": job.attempts,
        "created_at": utc_text(job.created_at),
        "finished_at": utc_text(now),
    }
    return _about(name, said, now, chosen=job.endpoint_ids)


def utc_text(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with "Z", to the second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _about(name: EventName, said: Mapping[str, Any], now: datetime, *, chosen: tuple[str, ...]) -> Event:
    return Event(
        name=name,
        org_id=said["org_id"],
        agent_id=said["agent_id"],
        appointment_id=said["appointment_id"],
        occurred_at=now,
        data={"version": SCHEMA_VERSION, **said},
        chosen=chosen,
    )


def _facts_of_job(job: Job | None) -> dict[str, Any]:
    """The keys that say which request it was; null where none of ours changed it."""
    if job is None:
        return {"job_id": None, "action": None, "call_session_id": None}
    return {
        "org_id": job.org_id,
        "agent_id": job.agent_id,
        "appointment_id": job.appointment_id,
        "job_id": job.id,
        "action": job.action.value,
        "call_session_id": job.command.call_session_id or None,
    }


def _person(attendee: Attendee) -> dict[str, str | None]:
    return {
        "name": attendee.name,
        "email": attendee.email or None,
        "phone": attendee.phone or None,
        "time_zone": attendee.time_zone,
    }
