"""Raise our own event for a change that somebody made in Cal.com itself."""

from __future__ import annotations

from datetime import datetime

from app.domain.appointments import Appointment, AppointmentStatus
from app.domain.events import EventName, Source, appointment_event
from app.domain.stores import UnitOfWork
from app.services.record_event import record_event


def tell_change(unit: UnitOfWork, before: Appointment, after: Appointment, *, now: datetime) -> None:
    """In the unit of work that saves `after`: so it is told once, however often Cal.com tells it."""
    name = event_name(before, after)
    if name is not None:
        moved = before.starts_at if name is EventName.APPOINTMENT_RESCHEDULED else None
        record_event(unit, appointment_event(name, after, now=now, previous=moved, source=Source.CALCOM))


def event_name(before: Appointment, after: Appointment) -> EventName | None:
    """One event a change; a request the host declined counts as cancelled, its status says which of the two it is.

    None where a caller would notice nothing: a new uid for the same time, or another end.
    """
    if not after.status.is_live:
        return EventName.APPOINTMENT_CANCELLED if before.status.is_live else None
    if after.starts_at != before.starts_at and before.status.is_live:
        return EventName.APPOINTMENT_RESCHEDULED
    if after.status is before.status:
        return None
    is_confirmed = after.status is AppointmentStatus.ACCEPTED
    return EventName.APPOINTMENT_BOOKED if is_confirmed else EventName.APPOINTMENT_PENDING
