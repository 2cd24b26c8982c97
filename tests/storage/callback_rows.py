"""Callers to call back, for the tests of their store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.domain.answers import Final, Result
from app.domain.appointments import Appointment, Attendee, Book, Cancel, Reschedule
from app.domain.callbacks import Callback, CallbackFilter, ListedCallback
from app.domain.directory import Agent, Organization
from app.domain.event_types import EventType
from app.domain.jobs import Job, Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import ANN, NOW, START

FAILED = Final(result=Result.UPSTREAM_DOWN)


def told(database: Database, job: Job, *, now: datetime = NOW) -> bool:
    with database.unit() as unit:
        noted = unit.callbacks.note_told([job.id], now=now)
        unit.commit()
    return noted == {job.id}


def fail(database: Database, job: Job, *, now: datetime = NOW) -> None:
    claimed = rows.claimed(database, job, now=now)
    with database.unit() as unit:
        assert unit.jobs.finish(
            claimed, now=now, status=Status.FAILED, final=FAILED, outcome="failed", trace=rows.TRACE
        )
        unit.callbacks.open(job.id, now=now)
        unit.commit()


def failed(database: Database, *, now: datetime = NOW, **changes: Any) -> Job:
    """A job whose caller was told "still confirming" and that failed `now`."""
    job = rows.added(database, **changes)
    assert told(database, job, now=now)
    fail(database, job, now=now)
    return job


def succeed(database: Database, job: Job, attendee: Attendee | None = ANN, *, now: datetime = NOW) -> None:
    claimed = rows.claimed(database, job, now=now)
    with database.unit() as unit:
        final = Final(result=Result.BOOKED, starts_at=START)
        assert unit.jobs.finish(
            claimed, now=now, status=Status.SUCCEEDED, final=final, outcome="succeeded", trace=rows.TRACE
        )
        unit.callbacks.close_settled(job, attendee, now=now)
        unit.commit()


def booking(attendee: Attendee = ANN, **changes: Any) -> dict[str, Any]:
    return {"command": Book(attendee=attendee, starts_at=START), **changes}


def change_of(appointment: Appointment, *, cancel: bool = False) -> dict[str, Any]:
    """What makes a job that moves or cancels this appointment."""
    command = Cancel(appointment_id=appointment.id)
    move = Reschedule(appointment_id=appointment.id, starts_at=START)
    return {"command": command if cancel else move, "appointment_id": appointment.id}


def appointment(database: Database, **changes: Any) -> Appointment:
    made = rows.make_appointment(**changes)
    with database.unit() as unit:
        unit.appointments.save(made)
        unit.commit()
    return made


def kept(database: Database, job: Job) -> Callback:
    listed = shown(database, job)
    assert listed is not None
    return listed.callback


def shown(database: Database, job: Job) -> ListedCallback | None:
    with database.reading_unit() as unit:
        return unit.callbacks.get(job.id)


def listed(database: Database, **wanted: Any) -> list[str]:
    with database.reading_unit() as unit:
        return [each.job.id for each in unit.callbacks.search(CallbackFilter(**wanted))]


def add_agent(database: Database) -> None:
    """The one that all jobs and appointments here are of."""
    event_type = EventType(id=101, slug="visit", title="Visit", length_minutes=30)
    with database.unit() as unit:
        unit.directory.save_organization(Organization(id="org", name="Clinic", created_at=NOW))
        unit.directory.save_agent(
            Agent(id="agent", org_id="org", name="Dr. Rivera", account_id=None, event_type=event_type, created_at=NOW)
        )
        unit.commit()
