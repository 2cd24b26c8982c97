"""Send what a job asks for to Cal.com, once, after the fact of sending was committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.domain.answers import Result
from app.domain.appointments import Book, Cancel, Reschedule
from app.domain.errors import CalendarError, PostponedError
from app.domain.outcomes import Failed, Moved, Outcome, SlotUnavailable, Trace, Unknown
from app.domain.ports import BookingWish, Calendar, Clock
from app.domain.retry_policy import MAX_SUBMISSIONS
from app.domain.stores import OpenUnit
from app.domain.traffic import Priority, Traffic
from app.services.reconcile_job import JOB_KEY, ReconcileJob
from app.services.scene import Scene

MAX_HOPS = 5
"""How often one attempt follows a booking that was moved in Cal.com itself."""

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
    stopping: Callable[[], bool]
    clock: Clock

    def __call__(self, scene: Scene) -> Outcome | None:
        for _ in range(MAX_HOPS):
            outcome = self._is_there_already(scene) or self._is_too_late(scene)
            if outcome is None:
                self._take_leave(scene)
                if not self._mark_submitted(scene):
                    return None
            outcome = outcome or self._write(scene)
            if not isinstance(outcome, Moved):
                return self._confirm_refusal(scene, outcome)
            scene = self._follow(scene, outcome.uid)
        return Failed(result=Result.UPSTREAM_REFUSED, trace=Trace(code="moved_too_often"))

    def _is_there_already(self, scene: Scene) -> Outcome | None:
        """A move to the time the appointment already has is done without a write (Cal.com would issue a new uid)."""
        command = scene.job.command
        if not isinstance(command, Reschedule) or scene.subject.starts_at != command.starts_at:
            return None
        try:
            return self.reconcile_job.look(scene)
        except PostponedError:
            raise
        except CalendarError as error:
            return error.outcome

    def _is_too_late(self, scene: Scene) -> Outcome | None:
        job, now = scene.job, self.clock()
        if job.starts_at is not None and job.starts_at <= now:
            return Failed(result=Result.SLOT_PAST)
        if now >= job.deadline_at or job.submissions >= MAX_SUBMISSIONS[job.action]:
            return Failed(result=Result.UPSTREAM_DOWN, trace=Trace(code="too_late"))
        return None

    def _take_leave(self, scene: Scene) -> None:
        wait = self.traffic.take(scene.access, Priority.WRITE)
        if wait > 0:
            raise PostponedError(wait)

    def _mark_submitted(self, scene: Scene) -> bool:
        with self.open_unit() as unit:
            if self.stopping():
                unit.jobs.hand_back(scene.job, now=self.clock())
                unit.commit()
                return False
            marked = unit.jobs.mark_submitted(scene.job, now=self.clock())
            unit.commit()
        return marked

    def _follow(self, scene: Scene, uid: str) -> Scene:
        """The booking was moved in Cal.com itself: keep its new uid, then act on that one."""
        appointment = replace(scene.subject, uids=(*scene.subject.uids, uid))
        with self.open_unit() as unit:
            unit.appointments.save(appointment)
            unit.commit()
        return replace(scene, appointment=appointment)

    def _write(self, scene: Scene) -> Outcome:
        command = scene.job.command
        if isinstance(command, Book):
            return self.calendar.book(scene.access, _wish(scene, command))
        uid, reason = scene.subject.uid, command.notes or NO_REASON
        if isinstance(command, Cancel):
            return self.calendar.cancel(scene.access, uid, reason)
        return self.calendar.move(scene.access, uid, command.starts_at, reason)

    def _confirm_refusal(self, scene: Scene, outcome: Outcome) -> Outcome:
        """A refusal is believed only when Cal.com does not show that what we want is there."""
        taken = isinstance(outcome, SlotUnavailable) and outcome.result is Result.SLOT_TAKEN
        echo = isinstance(outcome, SlotUnavailable | Failed) and scene.job.submissions > 0
        if not (taken or echo):
            return outcome
        try:
            return self.reconcile_job.look_after_refusal(scene) or outcome
        except CalendarError as error:
            return Unknown(trace=error.outcome.trace) if echo else outcome


def _wish(scene: Scene, command: Book) -> BookingWish:
    job, event_type = scene.job, scene.agent.event_type
    answers = dict(scene.agent.field_answers)
    notes_field = event_type.field("notes")
    if command.notes and notes_field is not None and not notes_field.hidden:
        answers["notes"] = command.notes
    metadata = {JOB_KEY: job.id, "ringbook_appointment": job.appointment_id}
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
