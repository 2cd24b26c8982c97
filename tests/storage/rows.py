"""Makes jobs and appointments for the store tests, and brings jobs into a state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from app.domain.answers import Final, Result
from app.domain.appointments import Appointment, AppointmentStatus, Attendee, Book
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import LEASE, Job, Status
from app.domain.outcomes import HIDDEN, Asked, Trace
from app.storage.database import Database

NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
START = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
SECOND = timedelta(seconds=1)
ASKED = Asked(method="POST", path="/bookings", body={"start": "2026-11-26T14:00:00Z", "attendee": {"name": HIDDEN}})
TRACE = Trace(http_status=502, code="bad_gateway", detail="upstream fell over", request=ASKED, duration_ms=431)
BOOKED = Final(result=Result.BOOKED, starts_at=START)
DISCARDED = Final(result=Result.DISCARDED, detail="called the caller back")
ANN = Attendee(name="Ann Bell", email="ann@example.org", phone="+15550100", time_zone="America/New_York", language="es")

Made = TypeVar("Made")


def make_job(**changes: Any) -> Job:
    """A queued booking, due at NOW; its own appointment and, unless given, its own calendar."""
    job_id = new_job_id()
    values: dict[str, Any] = {
        "id": job_id,
        "org_id": "org",
        "agent_id": "agent",
        "account_id": "account",
        "appointment_id": new_appointment_id(),
        "command": Book(attendee=ANN, starts_at=START),
        "status": Status.QUEUED,
        "created_at": NOW,
        "deadline_at": NOW + timedelta(minutes=15),
        "next_attempt_at": NOW,
        "zone": "America/New_York",
        "language": "en",
        "calendar": f"calendar of {job_id}",
        "starts_at": START,
        "ends_at": START + HALF_HOUR,
    }
    return Job(**values | changes)


def make_appointment(**changes: Any) -> Appointment:
    values: dict[str, Any] = {
        "id": new_appointment_id(),
        "org_id": "org",
        "agent_id": "agent",
        "account_id": "account",
        "event_type_id": 101,
        "status": AppointmentStatus.ACCEPTED,
        "starts_at": START,
        "ends_at": START + HALF_HOUR,
        "attendee": ANN,
        "uids": ("uid-1",),
    }
    return Appointment(**values | changes)


def added(database: Database, **changes: Any) -> Job:
    job = make_job(**changes)
    with database.unit() as unit:
        assert unit.jobs.add(job)
        unit.commit()
    return job


def claim(database: Database, job: Job, *, now: datetime = NOW, owner: str = "w_1") -> Job | None:
    with database.unit() as unit:
        claimed = unit.jobs.claim(job.id, owner=owner, now=now, lease_until=now + LEASE)
        unit.commit()
    return claimed


def claimed(database: Database, job: Job, *, now: datetime = NOW) -> Job:
    taken = claim(database, job, now=now)
    assert taken is not None
    return taken


def submit(database: Database, job: Job, *, now: datetime = NOW) -> bool:
    with database.unit() as unit:
        marked = unit.jobs.mark_submitted(job, now=now)
        unit.commit()
    return marked


def retry(
    database: Database, job: Job, *, now: datetime = NOW, at: datetime | None = None, keep_submitted: bool = False
) -> bool:
    with database.unit() as unit:
        moved = unit.jobs.retry(
            job, now=now, at=at or now, keep_submitted=keep_submitted, outcome="retry_later", trace=TRACE
        )
        unit.commit()
    return moved


def finish(
    database: Database, job: Job, *, now: datetime = NOW, status: Status = Status.SUCCEEDED, final: Final = BOOKED
) -> bool:
    with database.unit() as unit:
        moved = unit.jobs.finish(job, now=now, status=status, final=final, outcome="succeeded", trace=TRACE)
        unit.commit()
    return moved


def hand_back(database: Database, job: Job, *, now: datetime = NOW) -> bool:
    with database.unit() as unit:
        undone = unit.jobs.hand_back(job, now=now)
        unit.commit()
    return undone


def requeue(database: Database, job: Job, *, now: datetime = NOW) -> bool:
    with database.unit() as unit:
        moved = unit.jobs.requeue(job.id, now=now, deadline_at=now + timedelta(hours=1))
        unit.commit()
    return moved


def discard(database: Database, job: Job, *, now: datetime = NOW) -> bool:
    with database.unit() as unit:
        moved = unit.jobs.discard(job.id, now=now, final=DISCARDED)
        unit.commit()
    return moved


def stored(database: Database, job: Job) -> Job:
    with database.reading_unit() as unit:
        found = unit.jobs.get_with_history(job.id)
    assert found is not None
    return found


def in_status(database: Database, status: Status) -> Job:
    """A job that got there by real moves."""
    job = added(database)
    match status:
        case Status.RUNNING:
            claimed(database, job)
        case Status.RETRYING:
            assert retry(database, claimed(database, job))
        case Status.SUCCEEDED:
            assert finish(database, claimed(database, job))
        case Status.FAILED:
            assert finish(
                database, claimed(database, job), status=Status.FAILED, final=Final(result=Result.UPSTREAM_DOWN)
            )
        case Status.DISCARDED:
            assert discard(database, job)
    return stored(database, job)


def at_once(times: int, work: Callable[[int], Made]) -> list[Made]:
    """What `work(0)`, `work(1)`, … return, all started at the same moment in threads of their own."""
    gate = threading.Barrier(times)

    def run(number: int) -> Made:
        gate.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))
