"""Find out, before a write is sent, whether a booking we made ourselves already has that time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.appointments import Appointment, AppointmentStatus, Book, Booking
from app.domain.errors import CalendarError, PostponedError
from app.domain.jobs import Job
from app.domain.outcomes import Outcome, SlotUnavailable, Succeeded, Trace
from app.domain.stores import OpenUnit
from app.services.reconcile_job import ReconcileJob
from app.services.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRoom:
    """Of fifty callers for one time forty-nine need no write then, and Cal.com, which looks and writes in two steps and
    was seen to accept overlapping starts, is asked for none.

    Our own record only raises the question. Cal.com's booking answers it: it may have been moved or cancelled there.
    """

    read_unit: OpenUnit
    reconcile_job: ReconcileJob

    def __call__(self, scene: Scene) -> Outcome | None:
        """None: nothing of ours stands there, so Cal.com decides. Raises PostponedError."""
        job, event_type = scene.job, scene.agent.event_type
        if job.starts_at is None or job.ends_at is None or not event_type.refuses_repeats:
            return None
        starts_at, ends_at = job.starts_at, job.ends_at
        with self.read_unit() as unit:
            others = unit.appointments.overlapping(
                job.account_id, event_type.id, starts_at=starts_at, ends_at=ends_at, but=job.appointment_id
            )
        booked = filter(None, (self._booking(scene, other) for other in others))
        there = [booking for booking in booked if booking.starts_at < ends_at and starts_at < booking.ends_at]
        theirs = _already_theirs(job, there)
        if theirs is not None:
            return Succeeded(booking=theirs, trace=Trace(code="theirs_already"))
        return SlotUnavailable(known=True, trace=Trace(code="ours_is_there")) if there else None

    def _booking(self, scene: Scene, other: Appointment) -> Booking | None:
        """As Cal.com has it now; None where it is over, only asked for, or cannot be read."""
        try:
            booking = self.reconcile_job.follow(scene, other)
        except PostponedError:
            raise
        except CalendarError:
            return None
        return booking if booking is not None and booking.status is AppointmentStatus.ACCEPTED else None


def _already_theirs(job: Job, there: Sequence[Booking]) -> Booking | None:
    """The very appointment that is asked for, made for the same caller earlier: to call it taken would be a lie."""
    if not isinstance(job.command, Book):
        return None
    attendee = job.command.attendee
    return next((each for each in there if each.starts_at == job.starts_at and each.is_of(attendee)), None)
