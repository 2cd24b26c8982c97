"""Record what came of an attempt: job, attempt and appointment in one commit, then wake whoever waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.answers import Final, Result
from app.domain.appointments import AppointmentStatus, Book, Booking, Cancel
from app.domain.errors import CalendarError, StoreUnavailableError
from app.domain.event_types import EventType
from app.domain.job_search import whom
from app.domain.jobs import Job, Status
from app.domain.outcomes import (
    POSTPONED,
    Failed,
    Moved,
    Outcome,
    RetryLater,
    SlotUnavailable,
    Succeeded,
    Trace,
    Unknown,
)
from app.domain.ports import Calendar, Clock, Doorbell, Publisher, SlotCache
from app.domain.retry_policy import LOOKING_LIMIT, next_look, next_try
from app.domain.slots import nearest_first, upcoming
from app.domain.stores import OpenUnit
from app.services.appointment_after import appointment_after
from app.services.look_up import Within
from app.services.scene import Scene
from app.services.shared_slots import event_types_beside, follow_job, forget_slots, release_slots
from app.services.tell_outcome import tell_failure, tell_success

ALTERNATIVES_AHEAD = timedelta(days=7)
"""How far behind the refused time other times are looked for."""

ALTERNATIVES_WITHIN = 3.0
"""Seconds the look may take: the no itself is known, and the caller waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleJob:
    """Writes only while the attempt still holds the job (its fence): a worker that woke too late changes nothing."""

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    cache: SlotCache
    doorbell: Doorbell
    publisher: Publisher
    within: Within
    clock: Clock

    def __call__(self, scene: Scene, outcome: Outcome) -> None:
        match outcome:
            case Succeeded(booking=booking):
                self._succeed(scene, booking, outcome)
            case RetryLater():
                self._try_again(scene, outcome)
            case Unknown():
                self._look_again(scene, outcome)
            case SlotUnavailable(result=result) | Failed(result=Result.SLOT_PAST as result):
                self._refuse_slot(scene, result, outcome)
            case Failed():
                self._fail(scene.job, outcome, outcome.result, scene)
                self._give_back(scene, outcome, (scene.event_type,))
            case Moved():
                raise AssertionError("a move is followed before it gets here")

    def _try_again(self, scene: Scene, outcome: RetryLater) -> None:
        job, now = scene.job, self.clock()
        at = next_try(outcome, tries=self._tries(job, outcome), now=now, deadline_at=job.deadline_at)
        if at is None and job.submissions:  # a plain no would be too early: an earlier write may still be carried out
            self._look_again(scene, Unknown(trace=outcome.trace, wait=outcome.wait))
        else:
            self._again(job, outcome, at, Result.UPSTREAM_DOWN)

    def _look_again(self, scene: Scene, outcome: Unknown) -> None:
        job, now = scene.job, self.clock()
        with self.read_unit() as unit:
            stored = unit.jobs.get(job.id)  # the claimed job in hand is older than its write
        if stored is not None and stored.submitted_at is not None:
            at = next_look(
                submitted_at=stored.submitted_at,
                requeued_at=stored.requeued_at,
                now=now,
                settle=scene.settle,
                wait=outcome.wait,
            )
            self._again(job, outcome, at, Result.OUTCOME_UNKNOWN)
        else:
            unread = RetryLater(wait=outcome.wait, trace=outcome.trace)
            at = next_try(unread, tries=self._tries(job, unread), now=now, deadline_at=job.deadline_at)
            self._again(job, unread, at, Result.OUTCOME_UNKNOWN if job.submissions else Result.UPSTREAM_DOWN)

    def _tries(self, job: Job, outcome: RetryLater) -> int:
        """This one and those that count since it was last queued; waiting as Cal.com wished, and looks, do not."""
        if not outcome.counts:
            return 1
        with self.read_unit() as unit:
            since_queued = unit.jobs.attempts_of(job.id)[-job.attempts :]
        return 1 + sum(each.outcome == RetryLater.name for each in since_queued)

    def without_scene(self, job: Job, outcome: Failed) -> None:
        """The end of a job that cannot be worked on. With a write of it open, nobody can say that nothing changed."""
        self._fail(job, outcome, outcome.result if job.submitted_at is None else Result.OUTCOME_UNKNOWN)

    def _fail(self, job: Job, outcome: Failed, result: Result, scene: Scene | None = None) -> None:
        self._finish(job, outcome, Status.FAILED, Final(result=result, detail=outcome.trace.detail), scene)

    def not_now(self, job: Job) -> None:
        """The job cannot be worked on as things are: again later, as long as there is time."""
        now = self.clock()
        if job.submitted_at is None:
            waiting = RetryLater(trace=Trace(code="not_now"))
            at = next_try(waiting, tries=job.attempts, now=now, deadline_at=job.deadline_at)
            self._again(job, waiting, at, Result.UPSTREAM_KEY)
        else:
            open_still = Unknown(trace=Trace(code="not_now"))
            settle = LOOKING_LIMIT.total_seconds()
            at = next_look(submitted_at=job.submitted_at, requeued_at=job.requeued_at, now=now, settle=settle)
            self._again(job, open_still, at, Result.OUTCOME_UNKNOWN)

    def _succeed(self, scene: Scene, booking: Booking, outcome: Outcome) -> None:
        job = scene.job
        with self.open_unit() as unit:
            appointment, before = appointment_after(unit, scene, booking)
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
                outcome=outcome.name,
                trace=outcome.trace,
            ):
                return
            told = tell_success(unit, job, appointment, before, self.clock())
            unit.appointments.save(appointment)
            unit.callbacks.close_settled(job, whom(job, appointment.attendee), now=self.clock())
            if not isinstance(job.command, Book):
                unit.jobs.release_keys_of_appointment(appointment.id, keep=job.id)
            unit.commit()
        self.doorbell.ring(job.id)
        follow_job(self.cache, scene, booking, (scene.event_type,))  # behind the bell, which a caller waits for
        follow_job(self.cache, scene, booking, self._pass_on(job, told, scene))

    def _refuse_slot(self, scene: Scene, result: Result, outcome: Outcome) -> None:
        job, event_type = scene.job, scene.event_type
        self._give_back(scene, outcome, (event_type,))  # else it would hide the times nearest to it
        if job.starts_at and _was_offered(outcome):
            self.cache.taken(scene.account.id, event_type.id, job.starts_at, job.starts_at + timedelta(seconds=1))
        openings = self._alternatives(scene, job.starts_at) if job.starts_at else ()
        final = Final(result=result, starts_at=job.starts_at, openings=openings)
        self._finish(job, outcome, Status.FAILED, final, scene)

    def _give_back(self, scene: Scene, outcome: Outcome, event_types: Iterable[EventType]) -> None:
        """The job did not get its time. Where others have it, they may have more of what we keep."""
        if not scene.agent.event_type.scheduling:  # else nothing was reserved for it, but may be for another job
            release_slots(self.cache, scene.job, event_types)
        if _was_offered(outcome):
            forget_slots(self.cache, scene.account, event_types, (scene.job.starts_at,))

    def _alternatives(self, scene: Scene, wanted: datetime) -> tuple[datetime, ...]:
        """Times nearest to the refused one; none if Cal.com does not tell right now."""
        event_type, now = scene.event_type, self.clock()
        until = max(wanted, now) + ALTERNATIVES_AHEAD

        def load(start: datetime, end: datetime) -> list[datetime]:
            return self.calendar.openings(scene.access, event_type.id, start, end)

        try:
            openings = self.within(
                ALTERNATIVES_WITHIN, lambda: self.cache.openings(scene.account.id, event_type.id, now, until, load)
            )
        except (CalendarError, TimeoutError):
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
                outcome=POSTPONED if isinstance(outcome, RetryLater) and not outcome.counts else outcome.name,
                trace=outcome.trace,
            )
            unit.commit()
        if isinstance(outcome, RetryLater):
            self._pass_on(job)

    def _finish(self, job: Job, outcome: Outcome, status: Status, final: Final, scene: Scene | None = None) -> None:
        with self.open_unit() as unit:
            if not unit.jobs.finish(
                job, now=self.clock(), status=status, final=final, outcome=outcome.name, trace=outcome.trace
            ):
                return
            told = tell_failure(unit, job, final, self.clock())
            unit.callbacks.open(job.id, now=self.clock())
            if final.result is Result.ALREADY_CANCELLED:
                unit.appointments.set_status(job.appointment_id, AppointmentStatus.CANCELLED)
                unit.jobs.release_keys_of_appointment(job.appointment_id, keep=job.id)
            unit.commit()
        self.doorbell.ring(job.id)
        beside = self._pass_on(job, told, scene)
        if scene is not None:
            self._give_back(scene, outcome, beside)

    def _pass_on(self, job: Job, told: Iterable[str] = (), scene: Scene | None = None) -> Sequence[EventType]:
        """Wake the jobs that waited for this one, and send what is told of it. What is missed here the scheduler finds.

        Looked for only now: the caller of this job need not wait for it, nor others for its lock. Returns the event
        types whose times the scene's change as well.
        """
        freed: Sequence[str] = ()
        beside: Sequence[EventType] = ()
        with suppress(StoreUnavailableError), self.read_unit() as unit:
            freed = unit.jobs.waiting_behind(job, now=self.clock())
            beside = event_types_beside(unit.directory, scene.account, scene.event_type) if scene else ()
        for job_id in freed:
            self.publisher.publish(job_id)
        for delivery_id in told:
            self.publisher.publish_delivery(delivery_id)
        return beside


def _was_offered(outcome: Outcome) -> bool:
    """The times we keep showed the refused one as free, or were never asked."""
    return isinstance(outcome, SlotUnavailable) and outcome.result is Result.SLOT_TAKEN and not outcome.known


def _result(scene: Scene, booking: Booking) -> Result:
    if isinstance(scene.job.command, Cancel):
        return Result.CANCELLED
    return Result.REQUESTED if booking.status is AppointmentStatus.PENDING else Result.BOOKED
