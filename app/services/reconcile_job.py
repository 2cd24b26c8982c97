"""Find out in Cal.com what became of a write that was never answered, before anything is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.answers import Result
from app.domain.appointments import Appointment, AppointmentStatus, Book, Booking, Reschedule
from app.domain.errors import CalendarError, PostponedError
from app.domain.outcomes import Failed, Outcome, Succeeded, Trace, Unknown
from app.domain.ports import Calendar, Clock
from app.domain.retry_policy import LOOKING_LIMIT, has_settled
from app.services.scene import Scene

JOB_KEY = "ringbook_job"
"""The metadata key under which Cal.com keeps our job id; it survives every move (calcom, metadata of reschedules)."""

MAX_MOVES = 20
"""How many moves of one booking are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileJob:
    """Found is conclusive at once. Not found is believed only when Cal.com cannot commit the write any more."""

    calendar: Calendar
    clock: Clock

    def __call__(self, scene: Scene) -> Outcome | None:
        """What became of the job's last write; None: it was not done and will not be, so it may be sent again.

        Raises PostponedError where Cal.com should not be asked just now, but not for ever.
        """
        submitted_at = scene.job.submitted_at or self.clock()
        try:
            found = self.look(scene)
        except PostponedError as postponed:
            if self.clock() - submitted_at <= LOOKING_LIMIT:
                raise
            return Unknown(trace=postponed.outcome.trace)
        except CalendarError as error:
            return Unknown(trace=error.outcome.trace)
        if found is not None:
            return found
        if has_settled(submitted_at=submitted_at, now=self.clock(), settle=scene.settle):
            return None
        return Unknown(trace=Trace(code="not_found_yet"))

    def look(self, scene: Scene) -> Outcome | None:
        """One look: Succeeded or Failed if Cal.com shows it, None if it does not (yet). Raises CalendarError."""
        command = scene.job.command
        if isinstance(command, Book):
            return self._look_for_booking(scene, command)
        booking = self.follow(scene, scene.subject)
        if booking is None:
            return Failed(result=Result.UNKNOWN_APPOINTMENT)
        if isinstance(command, Reschedule):
            return _moved(booking, command, scene.subject)
        return Succeeded(booking=booking) if booking.status is AppointmentStatus.CANCELLED else None

    def look_after_refusal(self, scene: Scene) -> Outcome | None:
        """A "taken" may be our own echo, or the caller's own earlier booking: that one is then the answer."""
        command = scene.job.command
        if not isinstance(command, Book):
            return self.look(scene) if scene.job.submissions else None
        return self._look_for_booking(scene, command, same_attendee=True)

    def follow(self, scene: Scene, appointment: Appointment) -> Booking | None:
        """The booking at the end of the appointment's chain of moves. Raises CalendarError."""
        booking = self.calendar.booking(scene.access, appointment.uid)
        for _ in range(MAX_MOVES):
            if booking is None or not booking.moved_to:
                break
            booking = self.calendar.booking(scene.access, booking.moved_to)
        return booking

    def _look_for_booking(self, scene: Scene, command: Book, *, same_attendee: bool = False) -> Outcome | None:
        event_type, wanted = scene.agent.event_type, command.starts_at
        rows = self.calendar.bookings(
            scene.access,
            starts_from=wanted,
            ends_by=wanted + timedelta(minutes=max((event_type.length_minutes, *event_type.length_options))),
            event_type_id=event_type.id,
            include_ended=True,
        )
        ours = [row for row in rows if row.metadata.get(JOB_KEY) == scene.job.id]
        theirs = [row for row in rows if same_attendee and row.starts_at == wanted and _is_of(row, command)]
        found = next(iter(ours + theirs), None)
        return Succeeded(booking=found) if found else None


def _is_of(booking: Booking, command: Book) -> bool:
    """Compares what Cal.com stored: an e-mail, or `<digits>@sms.cal.com` for a phone alone."""
    attendee = command.attendee
    stored = {booking.attendee_email.lower(), booking.attendee_phone} - {""}
    by_phone = f"{attendee.phone.lstrip('+')}@sms.cal.com" if attendee.phone else ""
    return bool(stored & ({attendee.email, attendee.phone, by_phone} - {""}))


def _moved(booking: Booking, command: Reschedule, appointment: Appointment) -> Outcome | None:
    if not booking.status.is_live:
        return Failed(result=Result.ALREADY_CANCELLED)
    changed = booking.uid != appointment.uid or appointment.starts_at == command.starts_at
    return Succeeded(booking=booking) if booking.starts_at == command.starts_at and changed else None
