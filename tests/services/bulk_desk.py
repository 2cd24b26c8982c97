"""Runs over many jobs, wired over a desk: a scheduler's rounds, workers' turns that may die, jobs of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from app.container.mending import bind_advance
from app.domain.answers import Final, Result
from app.domain.appointments import AppointmentStatus, Attendee, Book, Booking
from app.domain.audit import AuditEntry, AuditFilter, Deed
from app.domain.bulk import LEASE, BulkAction, BulkItem, BulkRun, Progress, Stage
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.job_search import JobSearch
from app.domain.jobs import Job, Status
from app.domain.stores import UnitOfWork
from app.services.decide_bulk import ConfirmBulk, SteerBulk
from app.services.show_bulk import ShowBulk
from app.services.start_bulk import StartBulk
from app.services.wake_bulk import WakeBulk
from tests.services.desk import AGENT, NOW, ORG, Desk

HALF_HOUR = timedelta(minutes=30)
FIRST = NOW + timedelta(days=7)


@dataclass
class Told:
    """Takes messages for workers while the broker is up."""

    runs: list[str] = field(default_factory=list)
    broker_is_up: bool = True

    def publish_bulk(self, run_id: str) -> bool:
        self.runs += [run_id] if self.broker_is_up else []
        return self.broker_is_up


class Dying:
    """A unit of work whose worker dies at every so-manieth commit: before it, then after it, and so on in turn."""

    def __init__(self, open_unit: Callable[[], UnitOfWork]) -> None:
        self._open = open_unit
        self.every = 0
        self.commits = self.deaths = 0

    def __call__(self) -> UnitOfWork:
        unit = self._open()
        commit = unit.commit

        def deadly() -> None:
            self.commits += 1
            dies = self.every and self.commits % self.every == 0
            if not dies or self.deaths % 2:
                commit()
            if dies:
                self.deaths += 1
                raise KeyboardInterrupt

        unit.commit = deadly  # type: ignore[method-assign]
        return unit


class BulkDesk:
    """`start`, `check` and `run_to_end` bring a run there; between workers' turns the jobs themselves are worked on."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.told = Told()
        self.dying = Dying(desk.database.unit)
        self._look_ups = ThreadPoolExecutor(1)
        self._serial = 0
        parts: Any = SimpleNamespace(
            open_unit=self.dying,
            read_unit=desk.database.reading_unit,
            calendar_at=lambda _priority: desk.calendar,
            publisher=desk.bells,
            doorbell=desk.bells,
            look_ups=self._look_ups,
            clock=desk.clock,
        )
        self.advance = bind_advance(parts, stopping=lambda: desk.stopping, pause=desk.later)
        open_unit, read_unit, clock = desk.database.unit, desk.database.reading_unit, desk.clock
        self.wake = WakeBulk(open_unit=open_unit, read_unit=read_unit, publisher=self.told, clock=clock)
        self.start_bulk = StartBulk(open_unit=open_unit, clock=clock)
        self.confirm_bulk = ConfirmBulk(open_unit=open_unit, clock=clock)
        self.steer = SteerBulk(open_unit=open_unit, clock=clock)
        self.show_bulk = ShowBulk(read_unit=read_unit)

    def close(self) -> None:
        self._look_ups.shutdown()

    def start(self, action: BulkAction = BulkAction.RETRY, *, rate: int = 60, reason: str = "", **wanted: Any) -> str:
        asked = JobSearch(**{"until": self.desk.now + timedelta(seconds=1)} | wanted)
        self.desk.later(2)
        return self.start_bulk(action, asked, actor="operator:jane", reason=reason, rate=rate).id

    def checked(self, action: BulkAction = BulkAction.RETRY, **how: Any) -> str:
        run_id = self.start(action, **how)
        self.go_on(run_id, until=lambda run: run.stage not in {Stage.COLLECTING, Stage.CHECKING})
        return run_id

    def confirm(self, run_id: str, *, with_open: bool = False) -> BulkRun:
        progress = self.progress(run_id)
        number = progress.ready + (progress.open_outcomes if with_open else 0)
        return self.confirm_bulk(run_id, number, actor="operator:jane", with_open=with_open)

    def run_to_end(self, run_id: str) -> None:
        self.go_on(run_id, until=lambda run: run.finished_at is not None)

    def go_on(self, run_id: str, *, until: Callable[[BulkRun], bool], rounds: int = 5000) -> None:
        for _ in range(rounds):
            if until(self.run(run_id)):
                return
            self.round()
        raise AssertionError(f"still {self.run(run_id).stage}")

    def round(self) -> None:
        """Of the scheduler, of the workers it wakes, and of those that run jobs; half a second goes by."""
        self.wake()
        while self.told.runs:
            try:
                self.advance(self.told.runs.pop())
            except KeyboardInterrupt:
                self.desk.later(LEASE.total_seconds() / 3)
        self.desk.rescue_jobs()
        self.desk.work()
        self.desk.later(0.5)

    def run(self, run_id: str) -> BulkRun:
        return self.show_bulk(run_id).run

    def progress(self, run_id: str) -> Progress:
        return self.show_bulk(run_id).progress

    def verdicts(self, run_id: str) -> dict[str, int]:
        counted = Counter[str]()
        for tally in self.progress(run_id).tallies:
            counted[str(tally.verdict)] += tally.number
        return dict(counted)

    def items(self, run_id: str) -> list[BulkItem]:
        with self.desk.database.reading_unit() as unit:
            return unit.bulk.items(run_id, 1000)

    def audit(self, deed: Deed) -> list[AuditEntry]:
        with self.desk.database.reading_unit() as unit:
            return unit.audit.search(AuditFilter(deed=deed, limit=1000))

    def add_job(self, *, free: bool = True, **changes: Any) -> Job:
        """A booking that failed and was never sent; each at a time of its own."""
        self._serial += 1
        starts_at = changes.pop("starts_at", FIRST + self._serial * HALF_HOUR)
        job_id = new_job_id()
        job = Job(
            id=job_id,
            org_id=ORG,
            agent_id=AGENT,
            account_id="a" * 32,
            appointment_id=new_appointment_id(),
            command=Book(attendee=Attendee(name="Jane Doe", email="jane@example.com"), starts_at=starts_at),
            status=Status.FAILED,
            created_at=self.desk.now - timedelta(hours=1),
            deadline_at=self.desk.now,
            next_attempt_at=self.desk.now,
            zone="UTC",
            language="en",
            calendar="a" * 32,
            starts_at=starts_at,
            ends_at=starts_at + HALF_HOUR,
            dedupe_key=f"n:{job_id}",
            fingerprint=job_id,
            finished_at=self.desk.now,
            final=Final(result=Result.UPSTREAM_DOWN),
        )
        job = replace(job, **changes)
        with self.desk.database.unit() as unit:
            assert unit.jobs.add(job)
            unit.commit()
        if free:
            self.desk.calendar.free.append(starts_at)
        return job

    def add_done(self, **changes: Any) -> Job:
        """One whose booking Cal.com has, though its answer was lost and nobody could find out."""
        sent_at = self.desk.now - timedelta(minutes=30)
        unknown = Final(result=Result.OUTCOME_UNKNOWN)
        job = self.add_job(free=False, **{"final": unknown, "submissions": 1, "submitted_at": sent_at} | changes)
        assert job.starts_at is not None
        self.desk.calendar.rows[job.id] = Booking(
            uid=job.id,
            status=AppointmentStatus.ACCEPTED,
            starts_at=job.starts_at,
            ends_at=job.starts_at + HALF_HOUR,
            metadata={"ringbook_job": job.id},
        )
        return job

    def add_open(self, **changes: Any) -> Job:
        """One that was closed while Cal.com might still carry it out; it did not."""
        closed: dict[str, Any] = {"status": Status.DISCARDED, "final": Final(result=Result.DISCARDED), "submissions": 1}
        return self.add_job(**closed | {"submitted_at": self.desk.now} | changes)

    def add_past(self, **changes: Any) -> Job:
        return self.add_job(free=False, starts_at=self.desk.now - timedelta(minutes=5), **changes)

    def add_succeeded(self) -> Job:
        return self.add_job(free=False, status=Status.SUCCEEDED, final=Final(result=Result.BOOKED))


def most_within(times: list[datetime], span: timedelta) -> int:
    """The most of them that lie in any such span."""
    return max((sum(first <= at < first + span for at in times) for first in times), default=0)
