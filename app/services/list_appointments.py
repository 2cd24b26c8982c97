"""Tell a verified caller which appointments they have: Cal.com is asked, for it may know more or better than we do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from app.domain.answers import Answer, ListedAppointment, Result
from app.domain.appointments import Appointment, Attendee, Book, Booking
from app.domain.directory import Access
from app.domain.errors import CalendarError, RefusedError
from app.domain.identifiers import new_appointment_id
from app.domain.jobs import Status
from app.domain.ports import Calendar, Clock, Looks
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.connect_agent import Line
from app.services.find_slots import MARGIN, refusal
from app.services.follow_booking import follow_booking
from app.services.known_booking import Known, known_of
from app.services.look_up import Within

AHEAD = timedelta(days=366)
"""How far ahead upcoming appointments are looked for."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAppointments:
    """For verified callers only: whoever calls this has made sure.

    What is told is what Cal.com has. Our own rows stay as they are: where they say something else, a job of ours may be
    at it this moment, and what others did is to be told to the organization; so it is noted, as a sweep would. Only a
    booking made elsewhere (by the host, on the booking page) gets a row, and with it an id by which it can be moved.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    within: Within
    clock: Clock

    def __call__(self, line: Line, base: Answer, *, email: str, phone: str, answer_by: datetime) -> Answer:
        access = self._access(line)
        found = self._ask(lambda: self._bookings(access, line, email, phone), answer_by)
        known = self._known(access, line, found, answer_by)
        made = self._recorded(line, known)
        listed = tuple(_listed(each, made) for each in sorted(known, key=lambda each: each.booking.starts_at))
        return replace(base, result=Result.LISTED if listed else Result.NONE_LISTED, appointments=listed)

    def _ask(self, look: Callable[[], Found], answer_by: datetime) -> Found:
        left = (answer_by - self.clock()).total_seconds() - MARGIN
        try:
            return self.within(max(left, MARGIN), look)
        except TimeoutError:
            raise RefusedError(Result.UPSTREAM_DOWN) from None
        except CalendarError as error:
            raise RefusedError(refusal(error.outcome)) from error

    def _access(self, line: Line) -> Access:
        with self.read_unit() as unit:
            access = unit.directory.access(line.account.id)
        if access is None:
            raise RefusedError(Result.NOT_CONNECTED)
        return access

    def _bookings(self, access: Access, line: Line, email: str, phone: str) -> list[Booking]:
        """Cal.com finds an address only as it was typed, capitals and all, and no phone number (facts.md, section 7).

        So a "none" by an address is made sure of among all bookings.
        """
        wanted = Attendee(name="", email=email, phone=phone)
        event_types = self._event_types(line, wanted)
        filters = ([email] if email and not phone else []) + [""]
        for address in filters:
            upcoming = [booking for each in event_types for booking in self._upcoming(access, each, address)]
            found = [booking for booking in upcoming if booking.is_of(wanted)]
            if found:
                return found
        return []

    def _event_types(self, line: Line, attendee: Attendee) -> list[int]:
        """The agent's, and those it booked for this attendee before it was given another one."""
        now, agent = self.clock(), line.agent
        with self.read_unit() as unit:
            theirs = unit.appointments.upcoming(
                line.organization.id, agent.id, email=attendee.email, phone=attendee.phone, now=now
            )
        here = {each.event_type_id for each in theirs if each.account_id == line.account.id}
        return [agent.event_type.id, *sorted(here - {agent.event_type.id})]

    def _upcoming(self, access: Access, event_type_id: int, email: str) -> list[Booking]:
        now = self.clock()
        return self.calendar.bookings(
            access, starts_from=now, ends_by=now + AHEAD, event_type_id=event_type_id, email=email
        )

    def _known(self, access: Access, line: Line, found: list[Booking], answer_by: datetime) -> list[Known]:
        with self.read_unit() as unit:
            known = [known_of(unit, line.account, booking) for booking in found]
            claims = {each.booking.uid: row for each in known if (row := _claimed(unit, each)) is not None}
        if not claims:
            return known
        theirs = self._ask(lambda: _borne_out(self.calendar, access, claims), answer_by)
        return [replace(each, appointment=theirs.get(each.booking.uid, each.appointment)) for each in known]

    def _recorded(self, line: Line, known: list[Known]) -> dict[str, Appointment]:
        """By uid, the rows of bookings that had none; and a notice of each that is not as we have it."""
        strangers = [each.booking for each in known if each.appointment is None and not _is_awaited(each)]
        news = [each for each in known if each.is_news]
        if not strangers and not news:
            return {}
        now = self.clock()
        with self.open_unit() as unit:
            in_order = sorted(strangers, key=lambda booking: booking.uid)  # two lists at once wait in one direction
            made = {booking.uid: _adopted(unit, line, booking) for booking in in_order}
            notices = [each.notice(line.account.id, now, seen=f"{now:%Y-%m-%dT%H:%M}") for each in news]
            noted = [notice.id for notice in notices if unit.notices.add(notice)]
            unit.notices.mark_published(noted, now=None)  # by the scheduler, this moment: the caller waits
            unit.commit()
        return made


def _claimed(unit: UnitOfWork, known: Known) -> Appointment | None:
    """The appointment of the job that the booking names, where no uid connects them: it may have moved twice."""
    job = known.job
    if job is None or job.final is None or job.status is not Status.SUCCEEDED:
        return None
    return unit.appointments.get(job.org_id, job.final.appointment_id or job.appointment_id)


def _borne_out(calendar: Looks, access: Access, claims: dict[str, Appointment]) -> dict[str, Appointment]:
    """Metadata is not believed: only what the appointment's own uid leads to is its booking. Raises CalendarError."""
    return {uid: row for uid, row in claims.items() if uid in follow_booking(calendar, access, row.uid).uids}


def _is_awaited(known: Known) -> bool:
    """A job of ours will find that it made this booking; or has given up, and is to look again."""
    job = known.job
    if job is None or not isinstance(job.command, Book) or not known.booking.is_of(job.command.attendee):
        return False
    return job.final is None or job.final.result is Result.OUTCOME_UNKNOWN


def _adopted(unit: UnitOfWork, line: Line, booking: Booking) -> Appointment:
    """The row of a booking made elsewhere. Another list may make one at the same moment: one of them gets the uid."""
    org_id = line.organization.id
    held = unit.appointments.first_named(org_id, booking.uid)
    if held is not None:
        return held
    made = Appointment(
        id=new_appointment_id(),
        org_id=org_id,
        agent_id=line.agent.id,
        account_id=line.account.id,
        event_type_id=booking.event_type_id or line.agent.event_type.id,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        attendee=Attendee(
            name=booking.attendee_name, email=booking.attendee_email.lower(), phone=booking.attendee_phone
        ),
        uids=(booking.uid,),
        meeting_url=booking.meeting_url,
    )
    unit.appointments.save(made)
    return unit.appointments.first_named(org_id, booking.uid) or made


def _listed(known: Known, made: dict[str, Appointment]) -> ListedAppointment:
    booking, job = known.booking, known.job
    row = known.appointment or made.get(booking.uid)
    if row is not None:
        name, attendee = row.id, row.attendee
    elif job is not None and isinstance(job.command, Book):
        name, attendee = job.appointment_id, job.command.attendee
    else:
        raise LookupError(booking.uid)
    return ListedAppointment(
        appointment_id=name, starts_at=booking.starts_at, status=booking.status.value, attendee=attendee
    )
