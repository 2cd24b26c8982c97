"""Tell a verified caller which appointments they have: Cal.com is asked, for it may know more or better than we do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.answers import Answer, ListedAppointment, Result
from app.domain.appointments import Appointment, Attendee, Booking
from app.domain.directory import Access
from app.domain.errors import CalendarError, RefusedError
from app.domain.identifiers import new_appointment_id
from app.domain.ports import Calendar, Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.connect_agent import Line
from app.services.find_slots import MARGIN, refusal
from app.services.look_up import Within
from app.services.send_command import APPOINTMENT_KEY

AHEAD = timedelta(days=366)
"""How far ahead upcoming appointments are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAppointments:
    """For verified callers only: whoever calls this has made sure.

    A booking made elsewhere (by the host, on the booking page) gets an id of ours, so that it can be moved by it.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    within: Within
    clock: Clock

    def __call__(self, line: Line, base: Answer, *, email: str, phone: str, answer_by: datetime) -> Answer:
        found = self._ask(lambda: self._bookings(line, email, phone), answer_by)
        with self.open_unit() as unit:
            known = [_known(unit, line, booking) for booking in found]
            unit.commit()
        listed = tuple(
            ListedAppointment(
                appointment_id=each.id, starts_at=each.starts_at, status=each.status.value, attendee=each.attendee
            )
            for each in sorted(known, key=lambda each: each.starts_at)
        )
        return replace(base, result=Result.LISTED if listed else Result.NONE_LISTED, appointments=listed)

    def _ask(self, look: Callable[[], list[Booking]], answer_by: datetime) -> list[Booking]:
        left = (answer_by - self.clock()).total_seconds() - MARGIN
        try:
            return self.within(max(left, MARGIN), look)
        except TimeoutError:
            raise RefusedError(Result.UPSTREAM_DOWN) from None
        except CalendarError as error:
            raise RefusedError(refusal(error.outcome)) from error

    def _bookings(self, line: Line, email: str, phone: str) -> list[Booking]:
        now = self.clock()
        upcoming = self.calendar.bookings(
            self._access(line),
            starts_from=now,
            ends_by=now + AHEAD,
            event_type_id=line.agent.event_type.id,
            email=email if email and not phone else "",
        )
        wanted = Attendee(name="", email=email, phone=phone)
        return [booking for booking in upcoming if booking.is_of(wanted)]

    def _access(self, line: Line) -> Access:
        with self.read_unit() as unit:
            access = unit.directory.access(line.account.id)
        if access is None:
            raise RefusedError(Result.NOT_CONNECTED)
        return access


def _known(unit: UnitOfWork, line: Line, booking: Booking) -> Appointment:
    """Our record of the booking, brought up to what Cal.com says; a new one where there was none."""
    names = (booking.uid, booking.moved_from, booking.metadata.get(APPOINTMENT_KEY, ""))
    known = unit.appointments.first_named(line.organization.id, *filter(None, names)) or Appointment(
        id=new_appointment_id(),
        org_id=line.organization.id,
        agent_id=line.agent.id,
        account_id=line.account.id,
        event_type_id=line.agent.event_type.id,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        attendee=Attendee(
            name=booking.attendee_name, email=booking.attendee_email.lower(), phone=booking.attendee_phone
        ),
        uids=(booking.uid,),
    )
    uids = known.uids if booking.uid in known.uids else (*known.uids, booking.uid)
    told = replace(
        known,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        uids=uids,
        meeting_url=booking.meeting_url or known.meeting_url,
    )
    unit.appointments.save(told)
    return told
