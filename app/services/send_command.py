"""Send what a job asks for to Cal.com, once, after the fact of sending was committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.answers import Result
from app.domain.appointments import Book, Cancel, Reschedule
from app.domain.errors import CalendarError, PostponedError
from app.domain.jobs import LEASE
from app.domain.notices import JOB_KEY
from app.domain.outcomes import Failed, Moved, Outcome, RetryLater, SlotUnavailable, Trace, Unknown
from app.domain.ports import BookingWish, Calendar, Clock
from app.domain.retry_policy import MAX_SUBMISSIONS, has_settled
from app.domain.stores import OpenUnit
from app.domain.traffic import Priority, Traffic
from app.services.find_room import FindRoom
from app.services.reconcile_job import ReconcileJob, wait_of
from app.services.scene import Scene

APPOINTMENT_KEY = "ringbook_appointment"
"""The metadata key of our appointment id, for whoever reads the booking in Cal.com."""

MAX_HOPS = 5
"""How often one attempt follows a booking that was moved in Cal.com itself."""

MARK_HOLDS = timedelta(seconds=5)
"""A write leaves so soon after its mark, or not at all: the settle time counts from the mark, and a worker that was
frozen in between may have been taken for dead and replaced."""

NO_REASON = "Requested by the attendee on the phone"
"""Cal.com asks for a reason when the host's key cancels (calcom: raw 400 "Cancellation reason is required")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCommand:
    """One write, or none: too late, too often, stopping, or the row is no longer ours (then the answer is None).

    Raises PostponedError before anything is marked as sent, where Cal.com should not be asked just now.
    """

    open_unit: OpenUnit
    calendar: Calendar
    traffic: Traffic
    reconcile_job: ReconcileJob
    find_room: FindRoom
    stopping: Callable[[], bool]
    clock: Clock

    def __call__(self, scene: Scene) -> Outcome | None:
        for _ in range(MAX_HOPS):
            outcome = self._is_too_late(scene) or self._look_before_move(scene) or self.find_room(scene)
            if outcome is None:
                self._take_leave(scene)
                marked_at = self.clock()
                if not self._mark_submitted(scene, marked_at):
                    return self._left_unsent(scene)
                outcome = self._write(scene, marked_at)
            if not isinstance(outcome, Moved):
                return self._confirm_refusal(scene, outcome)
            if (followed := self._follow(scene, outcome.uid)) is None:
                return None
            scene = followed
        return Failed(result=Result.UPSTREAM_REFUSED, trace=Trace(code="moved_too_often"))

    def _is_too_late(self, scene: Scene) -> Outcome | None:
        """A no for good is said only when no earlier request of this job can be carried out any more."""
        job, now = scene.job, self.clock()
        past = job.starts_at is not None and job.starts_at <= now
        if not past and now < job.deadline_at and job.submissions < MAX_SUBMISSIONS[job.action]:
            return None
        settle = scene.account.settle_seconds
        if job.submitted_at and not has_settled(submitted_at=job.submitted_at, now=now, settle=settle):
            return Unknown(trace=Trace(code="not_settled_yet"))
        return Failed(result=Result.SLOT_PAST if past else Result.UPSTREAM_DOWN, trace=Trace(code="too_late"))

    def _look_before_move(self, scene: Scene) -> Outcome | None:
        """Two moves need no write: to the time it already has (Cal.com would issue a new uid), and of what is over."""
        command, now = scene.job.command, self.clock()
        if not isinstance(command, Reschedule):
            return None
        is_over = scene.subject.ends_at <= now
        if not is_over and scene.subject.starts_at != command.starts_at:
            return None
        try:
            booking = self.reconcile_job.follow(scene, scene.subject)
            if is_over and booking is not None and booking.ends_at <= now:
                return Failed(result=Result.ALREADY_OVER)
            return self.reconcile_job.look(scene)
        except PostponedError:
            raise
        except CalendarError as error:
            return error.outcome

    def _take_leave(self, scene: Scene) -> None:
        wait = self.traffic.take(scene.access, Priority.WRITE)
        if wait > 0:
            raise PostponedError(wait)

    def _mark_submitted(self, scene: Scene, now: datetime) -> bool:
        if self.stopping():
            return False
        with self.open_unit() as unit:
            marked = unit.jobs.mark_submitted(scene.job, now=now)
            unit.commit()
        return marked

    def _left_unsent(self, scene: Scene) -> Outcome | None:
        """Stopping: the job goes back as it was, or (its last write was refused as moved) is tried again at once."""
        if not self.stopping():
            return None
        with self.open_unit() as unit:
            handed_back = unit.jobs.hand_back(scene.job, now=self.clock())
            unit.commit()
        return None if handed_back else RetryLater(wait=0.0, counts=False, trace=Trace(code="stopping"))

    def _follow(self, scene: Scene, uid: str) -> Scene | None:
        """The booking was moved in Cal.com itself: keep its new uid, then act on that one. None: not ours any more."""
        job, now = scene.job, self.clock()
        appointment = replace(scene.subject, uids=(*scene.subject.uids, uid))
        with self.open_unit() as unit:
            if not unit.jobs.renew(job, now=now, lease_until=now + LEASE):
                return None
            unit.appointments.save(appointment)
            unit.commit()
        return replace(scene, appointment=appointment)

    def _write(self, scene: Scene, marked_at: datetime) -> Outcome:
        if self.clock() - marked_at > MARK_HOLDS:
            return RetryLater(wait=0.0, counts=False, trace=Trace(code="woke_too_late"))
        command = scene.job.command
        if isinstance(command, Book):
            return self.calendar.book(scene.access, _wish(scene, command))
        uid, reason = scene.subject.uid, command.notes or NO_REASON
        if isinstance(command, Cancel):
            return self.calendar.cancel(scene.access, uid, reason)
        return self.calendar.move(scene.access, uid, command.starts_at, reason)

    def _confirm_refusal(self, scene: Scene, outcome: Outcome) -> Outcome:
        """After an earlier request of this job a refusal may be its echo: believed only if Cal.com shows nothing."""
        if scene.job.submissions == 0 or not isinstance(outcome, SlotUnavailable | Failed):
            return outcome
        try:
            return self.reconcile_job.look(scene) or outcome
        except CalendarError as error:
            return Unknown(trace=error.outcome.trace, wait=wait_of(error.outcome))


def _wish(scene: Scene, command: Book) -> BookingWish:
    job, event_type = scene.job, scene.agent.event_type
    answers = dict(scene.agent.field_answers)
    notes_field = event_type.field("notes")
    if command.notes and notes_field is not None and not notes_field.hidden:
        answers["notes"] = command.notes
    metadata = {JOB_KEY: job.id, APPOINTMENT_KEY: job.appointment_id}
    if command.call_session_id:
        metadata["call_session_id"] = command.call_session_id
    if command.notes:
        metadata["notes"] = command.notes
    return BookingWish(
        event_type_id=event_type.id,
        attendee=command.attendee,
        starts_at=command.starts_at,
        field_answers=answers,
        metadata=metadata,
    )
