"""Find out in Cal.com what became of a write that was never answered, before anything is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.answers import Result
from app.domain.appointments import Appointment, AppointmentStatus, Book, Booking, Reschedule
from app.domain.errors import CalendarError, PostponedError
from app.domain.notices import JOB_KEY
from app.domain.outcomes import Failed, Outcome, RetryLater, Succeeded, Trace, Unknown
from app.domain.ports import Clock, Looks
from app.domain.retry_policy import has_settled, is_looked_for_in_vain
from app.services.follow_booking import follow_booking
from app.services.scene import Scene

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far behind ours Cal.com's clock may be, which stamps when a booking was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileJob:
    """Found is conclusive at once. Not found is believed only when Cal.com cannot commit the write any more."""

    calendar: Looks
    clock: Clock

    def __call__(self, scene: Scene) -> Outcome | None:
        """What became of the job's last write; None: it was not done and will not be, so it may be sent again.

        Raises PostponedError where Cal.com should not be asked just now, but not for ever.
        """
        submitted_at = scene.job.submitted_at or self.clock()
        try:
            found = self.look(scene)
        except PostponedError as postponed:
            requeued_at, now = scene.job.requeued_at, self.clock()
            if not is_looked_for_in_vain(submitted_at=submitted_at, requeued_at=requeued_at, now=now):
                raise
            return Unknown(trace=postponed.outcome.trace)
        except CalendarError as error:
            return Unknown(trace=error.outcome.trace, wait=wait_of(error.outcome))
        if found is not None:
            return found
        if has_settled(submitted_at=submitted_at, now=self.clock(), settle=scene.settle):
            return None
        return Unknown(trace=Trace(code="not_found_yet"))

    def look(self, scene: Scene) -> Outcome | None:
        """One look: Succeeded or Failed if Cal.com shows it, None if it does not (yet). Raises CalendarError."""
        if isinstance(scene.job.command, Book):
            return self._look_for_booking(scene)
        return judged(scene, self.follow(scene, scene.subject))

    def follow(self, scene: Scene, appointment: Appointment) -> Booking | None:
        """The booking at the end of the appointment's chain of moves. Raises CalendarError."""
        return follow_booking(self.calendar, scene.access, appointment.uid).booking

    def _look_for_booking(self, scene: Scene) -> Outcome | None:
        """By our key alone: its time, event type and attendee may have been changed in Cal.com since."""
        made = self.calendar.bookings_made_since(scene.access, scene.job.created_at - CLOCKS_DIFFER)
        ours = [booking for booking in made if booking.metadata.get(JOB_KEY) == scene.job.id]
        live = next((booking for booking in ours if booking.status.is_live), None)
        if live is not None:
            return Succeeded(booking=live)
        return Failed(result=Result.ALREADY_CANCELLED, trace=Trace(code="cancelled_by_host")) if ours else None


def judged(scene: Scene, booking: Booking | None) -> Outcome | None:
    """What the booking of an appointment says of the job that is to move or cancel it; None: it is yet to be done."""
    if booking is None:
        return Failed(result=Result.UNKNOWN_APPOINTMENT)
    if isinstance(scene.job.command, Reschedule):
        return _moved(booking, scene.job.command, scene.subject)
    return Succeeded(booking=booking) if booking.status is AppointmentStatus.CANCELLED else None


def wait_of(outcome: Outcome) -> float | None:
    """For how long Cal.com asked to be left alone."""
    return outcome.wait if isinstance(outcome, RetryLater) else None


def _moved(booking: Booking, command: Reschedule, appointment: Appointment) -> Outcome | None:
    if not booking.status.is_live:
        return Failed(result=Result.ALREADY_CANCELLED)
    changed = booking.uid != appointment.uid or appointment.starts_at == command.starts_at
    return Succeeded(booking=booking) if booking.starts_at == command.starts_at and changed else None
