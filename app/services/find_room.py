"""Find out, before a write is sent, whether a booking we made ourselves already has that time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.domain.appointments import Appointment, AppointmentStatus, Book, Booking
from app.domain.errors import CalendarError, PostponedError
from app.domain.jobs import Job
from app.domain.outcomes import Outcome, SlotUnavailable, Trace
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.reconcile_job import ReconcileJob
from app.services.scene import Scene

GIVEN_UP_SOON = 1.0
"""Seconds until it is looked again whether a change that goes first is done: the caller is on the line."""

GIVEN_UP_WITHIN = timedelta(minutes=1)
"""How old a booking may be that waits for that. Then it hears what Cal.com has, as everybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRoom:
    """Of fifty callers for one time forty-nine need no write then, and Cal.com, which looks and writes in two steps and
    was seen to accept overlapping starts, is asked for none.

    Our own record only raises the question. Cal.com's booking answers it: it may have been moved or cancelled there.
    """

    read_unit: OpenUnit
    reconcile_job: ReconcileJob
    clock: Clock

    def __call__(self, scene: Scene) -> Outcome | None:
        """None: nothing of ours stands there, so Cal.com decides. Raises PostponedError, also while the same person is
        giving that time up.
        """
        job, event_type = scene.job, scene.event_type
        if job.starts_at is None or job.ends_at is None:
            return None
        starts_at, ends_at = job.starts_at, job.ends_at
        with self.read_unit() as unit:
            others = unit.appointments.overlapping(
                job.account_id, event_type.id, starts_at=starts_at, ends_at=ends_at, but=job.appointment_id
            )
            is_young = self.clock() - job.created_at < GIVEN_UP_WITHIN
            if is_young and any(_is_given_up(unit, job, other) for other in others):
                raise PostponedError(GIVEN_UP_SOON)
        if not event_type.refuses_repeats:
            return None
        booked = filter(None, (self._booking(scene, other) for other in others))
        if any(booking.starts_at < ends_at and starts_at < booking.ends_at for booking in booked):
            return SlotUnavailable(known=True, trace=Trace(code="ours_is_there"))
        return None

    def _booking(self, scene: Scene, other: Appointment) -> Booking | None:
        """As Cal.com has it now; None where it is over, only asked for, or cannot be read."""
        try:
            booking = self.reconcile_job.follow(scene, other)
        except PostponedError:
            raise
        except CalendarError:
            return None
        return booking if booking is not None and booking.status is AppointmentStatus.ACCEPTED else None


def _is_given_up(unit: UnitOfWork, job: Job, other: Appointment) -> bool:
    """The same person is changing it. Who books again what they called off is else told that it is taken, or given the
    booking that is about to go. A job that has sent something does not wait: that change may wait for it.
    """
    if not isinstance(job.command, Book) or job.submissions:
        return False
    is_theirs = bool(other.attendee.contacts & job.command.attendee.contacts)
    return is_theirs and unit.jobs.newest_open_on(job.org_id, job.calendar, other.id) is not None
