"""Record what came of an attempt: job, attempt and appointment in one commit, then wake whoever waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.answers import Final, Result
from app.domain.appointments import Appointment, AppointmentStatus, Book, Booking, Cancel
from app.domain.errors import CalendarError
from app.domain.jobs import Job, Status
from app.domain.outcomes import Failed, Moved, Outcome, RetryLater, SlotUnavailable, Succeeded, Unknown
from app.domain.ports import Calendar, Clock, Doorbell, Publisher, SlotCache
from app.domain.retry_policy import next_look, next_try
from app.domain.slots import nearest_first, upcoming
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.scene import Scene

ALTERNATIVES_AHEAD = timedelta(days=7)
"""How far behind the refused time other times are looked for."""

NAMES: dict[type[Outcome], str] = {
    Succeeded: "succeeded",
    SlotUnavailable: "slot_unavailable",
    RetryLater: "retry_later",
    Unknown: "unknown",
    Moved: "moved",
    Failed: "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleJob:
    """Writes only while the attempt still holds the job (its fence): a worker that woke too late changes nothing."""

    open_unit: OpenUnit
    calendar: Calendar
    cache: SlotCache
    doorbell: Doorbell
    publisher: Publisher
    clock: Clock

    def __call__(self, scene: Scene, outcome: Outcome) -> None:
        match outcome:
            case Succeeded(booking=booking):
                self._succeed(scene, booking, outcome)
            case RetryLater():
                tries = scene.job.attempts if outcome.counts else 1
                at = next_try(outcome, tries=tries, now=self.clock(), deadline_at=scene.job.deadline_at)
                self._again(scene.job, outcome, at, Result.UPSTREAM_DOWN)
            case Unknown():
                at = next_look(submitted_at=self._sent_at(scene.job), now=self.clock(), settle=scene.settle)
                self._again(scene.job, outcome, at, Result.OUTCOME_UNKNOWN)
            case SlotUnavailable(result=result):
                self._refuse_slot(scene, result, outcome)
            case Failed(result=Result.SLOT_PAST as result):
                self._refuse_slot(scene, result, outcome)
            case Failed():
                self.without_scene(scene.job, outcome)
            case Moved():
                raise AssertionError("a move is followed before it gets here")

    def _sent_at(self, job: Job) -> datetime:
        """When the job's last write left; the claimed job in hand is older than that."""
        with self.open_unit() as unit:
            stored = unit.jobs.get(job.id)
        return (stored and stored.submitted_at) or self.clock()

    def without_scene(self, job: Job, outcome: Failed) -> None:
        """The end of a job that did not change anything."""
        self._finish(job, outcome, Status.FAILED, Final(result=outcome.result, detail=outcome.trace.detail))

    def _succeed(self, scene: Scene, booking: Booking, outcome: Outcome) -> None:
        job = scene.job
        with self.open_unit() as unit:
            appointment = _appointment(unit, scene, booking)
            final = Final(
                result=_result(scene, booking),
                starts_at=booking.starts_at,
                appointment_id="" if appointment.id == job.appointment_id else appointment.id,
            )
            if not unit.jobs.finish(
                job,
                now=self.clock(),
                status=Status.SUCCEEDED,
                final=final,
                outcome=NAMES[type(outcome)],
                trace=outcome.trace,
            ):
                return
            unit.appointments.save(appointment)
            if not isinstance(job.command, Book):
                unit.jobs.release_keys_of_appointment(appointment.id, keep=job.id)
            freed = unit.jobs.waiting_behind(job, now=self.clock())
            unit.commit()
        self._update_cache(scene, booking)
        self._wake(job, freed)

    def _refuse_slot(self, scene: Scene, result: Result, outcome: Outcome) -> None:
        job = scene.job
        openings = self._alternatives(scene, result, job.starts_at) if job.starts_at else ()
        self._finish(job, outcome, Status.FAILED, Final(result=result, starts_at=job.starts_at, openings=openings))

    def _alternatives(self, scene: Scene, result: Result, wanted: datetime) -> tuple[datetime, ...]:
        """Fresh times nearest to the refused one; none if Cal.com does not tell right now."""
        event_type, now = scene.agent.event_type, self.clock()
        if result is Result.SLOT_TAKEN:
            self.cache.forget(scene.account.id, event_type.id, wanted)
            self._mark_taken(scene, wanted, wanted + timedelta(minutes=event_type.length_minutes))
        until = max(wanted, now) + ALTERNATIVES_AHEAD

        def load(start: datetime, end: datetime) -> list[datetime]:
            return self.calendar.openings(scene.access, event_type.id, start, end)

        try:
            openings = self.cache.openings(scene.account.id, event_type.id, now, until, load)
        except CalendarError:
            return ()
        free = [opening for opening in upcoming(openings, now) if opening != wanted]
        return tuple(nearest_first(free, wanted))

    def _again(self, job: Job, outcome: RetryLater | Unknown, at: datetime | None, given_up: Result) -> None:
        if at is None:
            self._finish(job, outcome, Status.FAILED, Final(result=given_up, detail=outcome.trace.detail))
            return
        with self.open_unit() as unit:
            unit.jobs.retry(
                job,
                now=self.clock(),
                at=at,
                keep_submitted=isinstance(outcome, Unknown),
                outcome=NAMES[type(outcome)],
                trace=outcome.trace,
            )
            unit.commit()

    def _finish(self, job: Job, outcome: Outcome, status: Status, final: Final) -> None:
        with self.open_unit() as unit:
            name = NAMES[type(outcome)]
            if not unit.jobs.finish(
                job, now=self.clock(), status=status, final=final, outcome=name, trace=outcome.trace
            ):
                return
            if final.result is Result.ALREADY_CANCELLED:
                unit.appointments.set_status(job.appointment_id, AppointmentStatus.CANCELLED)
            freed = unit.jobs.waiting_behind(job, now=self.clock())
            unit.commit()
        self._wake(job, freed)

    def _wake(self, job: Job, freed: Iterable[str]) -> None:
        self.doorbell.ring(job.id)
        for job_id in freed:
            self.publisher.publish(job_id)

    def _update_cache(self, scene: Scene, booking: Booking) -> None:
        account_id, event_type_id = scene.account.id, scene.agent.event_type.id
        if scene.appointment is not None:
            self.cache.forget(account_id, event_type_id, scene.appointment.starts_at)
        if booking.status.is_live:
            self._mark_taken(scene, booking.starts_at, booking.ends_at)

    def _mark_taken(self, scene: Scene, starts_at: datetime, ends_at: datetime) -> None:
        """An appointment that would begin before `starts_at` but run into it is gone as well."""
        event_type = scene.agent.event_type
        earliest = starts_at - timedelta(minutes=event_type.length_minutes) + timedelta(seconds=1)
        self.cache.taken(scene.account.id, event_type.id, earliest, ends_at)


def _result(scene: Scene, booking: Booking) -> Result:
    if isinstance(scene.job.command, Cancel):
        return Result.CANCELLED
    return Result.REQUESTED if booking.status is AppointmentStatus.PENDING else Result.BOOKED


def _appointment(unit: UnitOfWork, scene: Scene, booking: Booking) -> Appointment:
    """The appointment as it is now: the job's own, the one that already had this booking, or a new one."""
    job = scene.job
    known = unit.appointments.get(job.org_id, job.appointment_id) or unit.appointments.get(job.org_id, booking.uid)
    if known is None and isinstance(job.command, Book):
        return Appointment(
            id=job.appointment_id,
            org_id=job.org_id,
            agent_id=job.agent_id,
            account_id=job.account_id,
            event_type_id=scene.agent.event_type.id,
            status=booking.status,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            attendee=job.command.attendee,
            uids=(booking.uid,),
        )
    if known is None:
        raise LookupError(job.appointment_id)
    uids = known.uids if booking.uid in known.uids else (*known.uids, booking.uid)
    return replace(known, status=booking.status, starts_at=booking.starts_at, ends_at=booking.ends_at, uids=uids)
