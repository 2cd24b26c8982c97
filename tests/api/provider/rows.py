"""Jobs and appointments as if they had come about, straight into the database of a site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from app.domain.answers import Final, Result
from app.domain.appointments import Appointment, AppointmentStatus, Attendee, Book
from app.domain.directory import Agent
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import LEASE, Job, Status
from app.domain.outcomes import Trace
from app.storage.database import Database
from tests.api.provider.site import Site

_days = count(1)
JANE = Attendee(name="Jane Doe", email="jane@example.com", phone="+12125550123", time_zone="America/New_York")


def database_of(site: Site) -> Database:
    return Database(site.settings.database_url, secret_keys=site.settings.secret_keys)


def add_job(site: Site, agent: Agent, status: Status = Status.QUEUED, *, result: Result = Result.BOOKED) -> Job:
    """A booking of another day each time; queued, or ended as `status` says after one try."""
    now = datetime.now(UTC)
    starts_at = now + timedelta(days=next(_days))
    account = site.container.callers.connect_agent(agent.org_id, agent.id).account
    job = Job(
        id=new_job_id(),
        org_id=agent.org_id,
        agent_id=agent.id,
        account_id=account.id,
        appointment_id=new_appointment_id(),
        command=Book(attendee=JANE, starts_at=starts_at, notes="a private matter"),
        status=Status.QUEUED,
        created_at=now,
        deadline_at=now + timedelta(minutes=15),
        next_attempt_at=now,
        zone="America/New_York",
        language="en",
        calendar=account.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
    )
    job = Job(**{name: getattr(job, name) for name in job.__dataclass_fields__} | {"dedupe_key": f"n:{job.id}"})
    database = database_of(site)
    with database.unit() as unit:
        assert unit.jobs.add(job)
        if status.is_final:
            claimed = unit.jobs.claim(job.id, owner="w_1", now=now, lease_until=now + LEASE)
            assert claimed is not None
            trace = Trace(http_status=200)
            final = Final(result=result)
            unit.jobs.finish(claimed, now=now, status=status, final=final, outcome=status.value, trace=trace)
        unit.commit()
    database.dispose()
    return job


def add_appointment(
    site: Site,
    agent: Agent,
    starts_at: datetime,
    *,
    status: AppointmentStatus = AppointmentStatus.ACCEPTED,
    uids: tuple[str, ...] = (),
) -> Appointment:
    account = site.container.callers.connect_agent(agent.org_id, agent.id).account
    name = new_appointment_id()
    appointment = Appointment(
        id=name,
        org_id=agent.org_id,
        agent_id=agent.id,
        account_id=account.id,
        event_type_id=agent.event_type.id,
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        attendee=JANE,
        uids=uids or (f"uid_{name}",),
        meeting_url="https://meet.example/abc",
    )
    database = database_of(site)
    with database.unit() as unit:
        unit.appointments.save(appointment)
        unit.commit()
    database.dispose()
    return appointment
