"""The appointment as a job leaves it."""

from __future__ import annotations

from dataclasses import replace

from app.domain.appointments import Appointment, Book, Booking
from app.domain.stores import UnitOfWork
from app.services.scene import Scene


def appointment_after(unit: UnitOfWork, scene: Scene, booking: Booking) -> tuple[Appointment, Appointment | None]:
    """The job's own as Cal.com has it now, the one that already had this booking, or a new one; and as it was kept.

    Who takes another seat of a booking changes nothing of it and was not there before: None was kept of that.
    """
    job = scene.job
    known = unit.appointments.first_named(job.org_id, job.appointment_id, booking.uid)
    if known is None and isinstance(job.command, Book):
        new = Appointment(
            id=job.appointment_id,
            org_id=job.org_id,
            agent_id=job.agent_id,
            account_id=job.account_id,
            event_type_id=booking.event_type_id or scene.agent.event_type.id,
            status=booking.status,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            attendee=job.command.attendee,
            uids=(booking.uid,),
            meeting_url=booking.meeting_url,
        )
        return new, None
    if known is None:
        raise LookupError(job.appointment_id)
    uids = known.uids if booking.uid in known.uids else (*known.uids, booking.uid)
    changed = replace(
        known,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        uids=uids,
        meeting_url=booking.meeting_url or known.meeting_url,
    )
    takes_seat = isinstance(job.command, Book) and scene.agent.event_type.seats
    return changed, None if takes_seat else known
