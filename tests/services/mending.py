"""What is done about jobs that ended without success, wired over a desk: real SQLite, a scripted calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus, Booking
from app.domain.audit import AuditEntry, AuditFilter
from app.domain.jobs import Job, Status
from app.domain.outcomes import Failed, Outcome
from app.domain.preflight import Preflight
from app.services.amend_job import AmendJob
from app.services.discard_job import DiscardJob
from app.services.find_job_times import FindJobTimes
from app.services.preflight_job import PreflightJob
from app.services.requeue_job import RequeueJob
from tests.services.at_once import NO_HURRY
from tests.services.desk import AGENT, TWO_PM_TUESDAY, Desk

HALF_HOUR = timedelta(minutes=30)
NO_LEAVE = 3600.0


class Mending:
    """The use cases, and jobs that ended the way a test needs them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        open_unit, read_unit, clock = desk.database.unit, desk.database.reading_unit, desk.clock
        self.preflight_job = PreflightJob(read_unit=read_unit, calendar=desk.calendar, within=NO_HURRY, clock=clock)
        self.requeue_job = RequeueJob(open_unit=open_unit, publisher=desk.bells, clock=clock)
        self.discard_job = DiscardJob(open_unit=open_unit, publisher=desk.bells, doorbell=desk.bells, clock=clock)
        self.amend_job = AmendJob(
            open_unit=open_unit,
            read_unit=read_unit,
            preflight_job=self.preflight_job,
            publisher=desk.bells,
            clock=clock,
        )
        self.find_job_times = FindJobTimes(read_unit=read_unit, calendar=desk.calendar, within=NO_HURRY, clock=clock)

    def check(self, job: Job) -> Preflight:
        return self.preflight_job(job.id)

    def never_sent(self, at: datetime = TWO_PM_TUESDAY, **fields: Any) -> Job:
        """A booking that got no leave to ask Cal.com until its time was up."""
        self.desk.traffic.waits = [NO_LEAVE] * 40
        job_id = self.desk.book(at, **fields).job_id
        self.desk.work_until_final(job_id)
        self.desk.traffic.waits = []
        return self.desk.job(job_id)

    def refused(self, outcome: Outcome | str = Failed(result=Result.UPSTREAM_REFUSED), **fields: Any) -> Job:  # noqa: B008
        """A booking that Cal.com answered so."""
        self.desk.calendar.script = [outcome]
        job_id = self.desk.book(**fields).job_id
        self.desk.work_until_final(job_id)
        return self.desk.job(job_id)

    def closed_while_open(self, outcome: Outcome | str) -> Job:
        """A booking of unknown outcome that somebody discarded."""
        self.desk.calendar.script = [outcome]
        job_id = self.desk.book().job_id
        self.desk.work()
        return self.discard_job(job_id, actor="test", reason="by mistake", force=True)

    def change(self, action: Action, at: datetime | None = None) -> Job:
        """A reschedule or a cancel of a new appointment that Cal.com refused."""
        appointment_id = self.desk.booked().appointment_id
        self.desk.calendar.script = [Failed(result=Result.UPSTREAM_REFUSED)]
        when: dict[str, Any] = {"appointment_datetime": at.isoformat()} if at else {}
        asked = self.desk.ask(action, appointment_id=appointment_id, **when)
        self.desk.work_until_final(asked.job_id)
        return self.desk.job(asked.job_id)

    def late_booking(self, job: Job, **changes: Any) -> Booking:
        """Cal.com has the job's booking after all."""
        assert job.starts_at is not None
        booking = Booking(
            uid="late",
            status=AppointmentStatus.ACCEPTED,
            starts_at=job.starts_at,
            ends_at=job.starts_at + HALF_HOUR,
            metadata={"ringbook_job": job.id},
        )
        self.desk.calendar.rows["late"] = replace(booking, **changes)
        return self.desk.calendar.rows["late"]

    def run_to_end(self, job: Job) -> Job:
        self.desk.work()
        done = self.desk.work_until_final(job.id)
        assert done.status in {Status.SUCCEEDED, Status.FAILED}
        return done

    def change_agent(self, **changes: Any) -> None:
        with self.desk.database.unit() as unit:
            agent = unit.directory.agent(AGENT)
            assert agent is not None
            unit.directory.save_agent(replace(agent, **changes))
            unit.commit()

    def audit(self, **wanted: Any) -> list[AuditEntry]:
        with self.desk.database.reading_unit() as unit:
            return unit.audit.search(AuditFilter(**{"limit": 500} | wanted))
