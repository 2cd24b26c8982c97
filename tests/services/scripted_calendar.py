"""A calendar whose answers a test lays out beforehand; it keeps bookings, so that looks show what writes did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from app.domain.appointments import AppointmentStatus, Booking
from app.domain.directory import Access
from app.domain.event_types import EventType, EventTypeEntry
from app.domain.outcomes import Outcome, SlotUnavailable, Succeeded, Trace, Unknown
from app.domain.ports import BookingWish, Owner

LENGTH = timedelta(minutes=30)


@dataclass
class ScriptedCalendar:
    """`script` holds the outcomes of the next writes; "lost" does the write and loses its answer.

    With an empty script writes succeed. `before_write` runs before each, `look_fault` makes every look fail.
    `free_of`: the free times of event types that have others than `free`.
    """

    script: list[Outcome | str] = field(default_factory=list)
    rows: dict[str, Booking] = field(default_factory=dict)
    free: list[datetime] = field(default_factory=list)
    free_of: dict[int, list[datetime]] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)
    looks: int = 0
    status: AppointmentStatus = AppointmentStatus.ACCEPTED
    before_write: Callable[[], None] = lambda: None
    look_fault: BaseException | None = None
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def book(self, access: Access, wish: BookingWish) -> Outcome:
        def make() -> Booking:
            return self._put(
                Booking(
                    uid=f"uid{next(self._numbers)}",
                    status=self.status,
                    starts_at=wish.starts_at,
                    ends_at=wish.starts_at + LENGTH,
                    event_type_id=wish.event_type_id,
                    attendee_email=wish.attendee.email,
                    attendee_phone=wish.attendee.phone,
                    metadata=dict(wish.metadata),
                )
            )

        return self._write(("book", wish.starts_at.isoformat()), make)

    def move(self, access: Access, uid: str, starts_at: datetime, reason: str) -> Outcome:
        def make() -> Booking:
            old = self.rows[uid]
            new = replace(
                old, uid=f"uid{next(self._numbers)}", starts_at=starts_at, ends_at=starts_at + LENGTH, moved_from=uid
            )
            self._put(replace(old, status=AppointmentStatus.CANCELLED, moved_to=new.uid))
            return self._put(new)

        return self._write(("move", uid), make)

    def cancel(self, access: Access, uid: str, reason: str) -> Outcome:
        return self._write(
            ("cancel", uid), lambda: self._put(replace(self.rows[uid], status=AppointmentStatus.CANCELLED))
        )

    def booking(self, access: Access, uid: str) -> Booking | None:
        self._look()
        return self.rows.get(uid)

    def bookings(
        self,
        access: Access,
        *,
        starts_from: datetime,
        ends_by: datetime,
        event_type_id: int | None = None,
        email: str = "",
    ) -> list[Booking]:
        self._look()
        return [
            row
            for row in self.rows.values()
            if row.status.is_live and starts_from <= row.starts_at and row.ends_at <= ends_by
            if event_type_id in {None, row.event_type_id} or row.event_type_id is None
            if not email or row.attendee_email == email
        ]

    def bookings_made_since(self, access: Access, since: datetime) -> list[Booking]:
        self._look()
        return list(self.rows.values())

    def bookings_changed_between(self, access: Access, since: datetime, until: datetime | None) -> list[Booking]:
        self._look()
        return list(self.rows.values())

    def openings(
        self, access: Access, event_type_id: int, start: datetime, end: datetime, *, moving_uid: str = ""
    ) -> list[datetime]:
        self._look()
        return [free for free in self.free_of.get(event_type_id, self.free) if start <= free < end]

    def event_type(self, access: Access, event_type_id: int) -> EventType:
        raise NotImplementedError

    def event_types(self, access: Access) -> list[EventTypeEntry]:
        raise NotImplementedError

    def owner(self, access: Access) -> Owner:
        raise NotImplementedError

    def live(self) -> list[Booking]:
        return [row for row in self.rows.values() if row.status.is_live]

    def _write(self, what: tuple[str, str], make: Callable[[], Booking]) -> Outcome:
        self.before_write()
        self.writes.append(what)
        told = self.script.pop(0) if self.script else "done"
        if isinstance(told, str):
            booking = make()
            return Succeeded(booking=booking) if told == "done" else Unknown(trace=Trace(code=told))
        return told

    def _look(self) -> None:
        self.looks += 1
        if self.look_fault is not None:
            raise self.look_fault

    def _put(self, booking: Booking) -> Booking:
        self.rows[booking.uid] = booking
        return booking


TAKEN = SlotUnavailable()
