"""Follow a booking through its moves, each of which gave it a new uid in Cal.com."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.appointments import Booking
from app.domain.directory import Access
from app.domain.ports import Looks

MAX_MOVES = 20
"""How many moves of one booking are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The booking at the end of its moves, None if Cal.com does not know it; `uids`: all it had from the first on."""

    booking: Booking | None
    uids: tuple[str, ...]


def follow_booking(calendar: Looks, access: Access, uid: str) -> Trail:
    """Raises CalendarError."""
    booking, uids = calendar.booking(access, uid), [uid]
    for _ in range(MAX_MOVES):
        if booking is None or not booking.moved_to:
            break
        uids.append(booking.moved_to)
        booking = calendar.booking(access, booking.moved_to)
    return Trail(booking=booking, uids=tuple(dict.fromkeys(uids)))
