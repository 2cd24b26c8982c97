"""The `Calendar` port over Cal.com's API v2."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from copy import copy
from datetime import datetime

from app.calcom import calls, wire
from app.calcom.asking import ask, understood, unreadable
from app.calcom.calls import Call
from app.calcom.event_type_list import read_event_types
from app.calcom.failures import outcome_of, outcome_of_silence
from app.calcom.hooks import CalcomHooks
from app.calcom.noting import noted
from app.calcom.silence import NoAnswerError, NotSentError
from app.calcom.transport import Reply, TimeLimits, Transport
from app.domain.answers import Result
from app.domain.appointments import AppointmentStatus, Booking
from app.domain.directory import Access
from app.domain.errors import CalendarError
from app.domain.event_types import EventType, EventTypeEntry
from app.domain.notices import JOB_KEY
from app.domain.outcomes import Failed, Moved, Outcome, Succeeded, Trace, Unknown
from app.domain.ports import Aside, BookingWish, Owner
from app.domain.traffic import Priority, Traffic, Unmetered

UID = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")
"""What a booking uid looks like. Anything else is not sent: it would name another path."""

MAX_PAGES = 20


class CalcomCalendar:
    """Safe to share between threads. One call is one request, but for lists, event types and repeated cancels."""

    def __init__(
        self, limits: TimeLimits, user_agent: str, traffic: Traffic | None = None, aside: Aside = nullcontext
    ) -> None:
        """`traffic` is asked before each read; who writes has asked it before. None: no limits."""
        self._limits = limits
        self._transport = Transport(limits, user_agent, traffic or Unmetered(), aside)
        self._priority = Priority.LOOK

    def at(self, priority: Priority) -> CalcomCalendar:
        """The same calendar with the same connections, for reads of another priority."""
        other = copy(self)
        other._priority = priority  # noqa: SLF001
        return other

    def hooks(self) -> CalcomHooks:
        """Over the same connections and by the same traffic."""
        return CalcomHooks(self._transport, self._priority)

    def close(self) -> None:
        """Close all kept connections."""
        self._transport.close()

    def book(self, access: Access, wish: BookingWish) -> Outcome:
        return self._write(
            access, calls.book(wish), lambda made: _is_live_at(made, wish.starts_at) and _suits(made, wish)
        )

    def move(self, access: Access, uid: str, starts_at: datetime, reason: str) -> Outcome:
        if not UID.match(uid):
            return Failed(result=Result.UNKNOWN_APPOINTMENT)
        call = calls.move(uid, starts_at, reason)
        return self._write(access, call, lambda moved: _is_live_at(moved, starts_at) and _comes_from(moved, uid))

    def cancel(self, access: Access, uid: str, reason: str) -> Outcome:
        """A booking that was cancelled before counts as done, unless it was moved: then it lives on under a new uid."""
        if not UID.match(uid):
            return Failed(result=Result.UNKNOWN_APPOINTMENT)
        call = calls.cancel(uid, reason)
        outcome = self._write(access, call, lambda left: left.uid == uid and left.status is AppointmentStatus.CANCELLED)
        if isinstance(outcome, Failed) and outcome.result is Result.ALREADY_CANCELLED:
            return self._cancelled_before(access, uid, outcome.trace)
        return outcome

    def booking(self, access: Access, uid: str) -> Booking | None:
        if not UID.match(uid):
            return None
        try:
            reply = self._ask(access, calls.booking(uid))
        except CalendarError as error:
            if isinstance(error.outcome, Failed) and error.outcome.result is Result.UNKNOWN_APPOINTMENT:
                return None
            raise
        return understood(reply, lambda answer: wire.read_bookings(answer.data)[0])

    def bookings(
        self,
        access: Access,
        *,
        starts_from: datetime,
        ends_by: datetime,
        event_type_id: int | None = None,
        email: str = "",
    ) -> list[Booking]:
        """Every row is checked again here: a server that knows another version ignores filters without a word."""

        def page(skip: int) -> Call:
            return calls.bookings(
                starts_from=starts_from, ends_by=ends_by, event_type_id=event_type_id, email=email, skip=skip
            )

        def asked_for(row: wire.Row) -> bool:
            booking = row.booking
            return (
                booking.status.is_live
                and booking.starts_at >= starts_from
                and booking.ends_at <= ends_by
                and event_type_id in {None, booking.event_type_id}
                and (not email or email in row.emails)
            )

        return [row.booking for row in self._all_pages(access, page) if asked_for(row)]

    def bookings_made_since(self, access: Access, since: datetime) -> list[Booking]:
        return self._filtered_by_change(access, lambda skip: calls.bookings_made_since(since, skip=skip))

    def bookings_changed_between(self, access: Access, since: datetime, until: datetime | None) -> list[Booking]:
        return self._filtered_by_change(access, lambda skip: calls.bookings_changed_between(since, until, skip=skip))

    def openings(
        self, access: Access, event_type_id: int, start: datetime, end: datetime, *, moving_uid: str = ""
    ) -> list[datetime]:
        if end <= start:
            return []
        reply = self._ask(access, calls.openings(event_type_id, start, end, moving_uid))
        starts = understood(reply, lambda answer: set(wire.read_openings(answer.data)))
        return sorted(at for at in starts if start <= at < end)

    def event_type(self, access: Access, event_type_id: int) -> EventType:
        """Its time zone is that of its schedule, else of the default schedule, else of the key's owner."""
        reply = self._ask(access, calls.event_type(event_type_id))
        schedule_id = understood(reply, lambda answer: wire.schedule_of(answer.data))
        zone = self._zone_of_schedule(access, schedule_id) or self._zone_of_schedule(access, None)
        zone = zone or self.owner(access).time_zone
        return understood(reply, lambda answer: wire.read_event_type(answer.data, time_zone=zone))

    def event_types(self, access: Access) -> list[EventTypeEntry]:
        reply = self._ask(access, calls.event_types())
        return understood(reply, lambda answer: read_event_types(answer.data))

    def owner(self, access: Access) -> Owner:
        reply = self._ask(access, calls.owner())
        zone = self._zone_of_schedule(access, None)
        return understood(reply, lambda answer: wire.read_owner(answer.data, time_zone=zone))

    def _zone_of_schedule(self, access: Access, schedule_id: int | None) -> str:
        """Empty where there is no such schedule, or it is not ours to see (one of a colleague)."""
        try:
            return wire.read_zone(self._ask(access, calls.schedule(schedule_id)).data)
        except CalendarError as error:
            if isinstance(error.outcome, Failed) and error.outcome.trace.http_status in {403, 404}:
                return ""
            raise

    def _filtered_by_change(self, access: Access, page: Callable[[int], Call]) -> list[Booking]:
        """Cal.com's totals leave these filters out, and so promise further pages that are empty (recording 241)."""
        return [row.booking for row in self._all_pages(access, page, empty_ends=True)]

    def _all_pages(self, access: Access, page: Callable[[int], Call], *, empty_ends: bool = False) -> list[wire.Row]:
        """An incomplete list must not pass for a complete one: what is missing from it could be booked again.

        Bookings that leave the list while it is read move the later ones forward: each page begins before the end of
        the last, and where it shows none of those, some may have been passed over.
        """
        until = time.monotonic() + self._limits.listing_total
        found: dict[str, wire.Row] = {}
        full = False
        for number in range(MAX_PAGES):
            reply = self._ask(access, page(number * (calls.PAGE - calls.OVERLAP)), within=until - time.monotonic())
            rows, more = understood(reply, lambda answer: wire.read_page(answer.body, page_size=calls.PAGE))
            new = {row.booking.uid: row for row in rows if row.booking.uid not in found}
            if number and (rows or full) and len(new) == len(rows):
                raise CalendarError(Unknown(trace=Trace(code="shifted_list")))
            found |= new
            full = len(rows) >= calls.PAGE
            if not more or (empty_ends and not new and not full):
                return list(found.values())
            if not new:
                break
        raise CalendarError(Unknown(trace=Trace(code="endless_list")))

    def _cancelled_before(self, access: Access, uid: str, trace: Trace) -> Outcome:
        try:
            booking = self.booking(access, uid)
        except CalendarError as error:
            return error.outcome
        if booking is None:
            return Failed(result=Result.UNKNOWN_APPOINTMENT, trace=trace)
        if booking.moved_to:
            return Moved(uid=booking.moved_to, trace=trace)
        return Unknown(trace=trace) if booking.status.is_live else Succeeded(booking=booking, trace=trace)

    def _write(self, access: Access, call: Call, is_done: Callable[[Booking], bool]) -> Outcome:
        began = time.monotonic()
        return noted(self._outcome_of_write(access, call, is_done), call, began=began)

    def _outcome_of_write(self, access: Access, call: Call, is_done: Callable[[Booking], bool]) -> Outcome:
        """Succeeded only where the answer itself shows what was asked for (`is_done`)."""
        try:
            reply = self._transport.send(access, call, Priority.WRITE)
        except (NotSentError, NoAnswerError) as error:
            return outcome_of_silence(error, call.operation)
        if not reply.is_success:
            return outcome_of(reply, call.operation, uid=call.uid, key=access.api_key)
        try:
            booking = wire.read_bookings(reply.data)[0]
        except wire.UnreadableError as error:
            return Unknown(trace=unreadable(reply, error))
        if not is_done(booking):
            return Unknown(trace=Trace(http_status=reply.status, code="not_as_asked"))
        return Succeeded(booking=booking, trace=Trace(http_status=reply.status))

    def _ask(self, access: Access, call: Call, *, within: float | None = None) -> Reply:
        return ask(self._transport, access, call, self._priority, within=within)


def _is_live_at(booking: Booking, starts_at: datetime) -> bool:
    return booking.status.is_live and booking.starts_at == starts_at.replace(microsecond=0)


def _comes_from(moved: Booking, uid: str) -> bool:
    """A seat's new booking does not name the one before (recording 216)."""
    return moved.moved_from in {uid, ""}


def _suits(made: Booking, wish: BookingWish) -> bool:
    """Who asks twice may get the booking that was there before, with another job's key or none: it is the same
    person's. What another job booked for another person is the answer to somebody else's request.
    """
    job_id = wish.metadata.get(JOB_KEY)
    return made.metadata.get(JOB_KEY, job_id) == job_id or made.is_of(wish.attendee)
