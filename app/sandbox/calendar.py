"""When a host can be booked: working hours, out-of-office days, bookings and their buffers."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.sandbox.records import Booking
from app.sandbox.world import EventType, User, World


def working_hours(user: User, day: date) -> list[tuple[datetime, datetime]]:
    """The ranges of one local day, as instants."""
    if day.isoformat() in user.out_of_office:
        return []
    zone = ZoneInfo(user.time_zone)
    return [
        (
            datetime.combine(day, time.fromisoformat(hours.start), zone),
            datetime.combine(day, time.fromisoformat(hours.end), zone),
        )
        for hours in user.hours
        if day.strftime("%A") in hours.days
    ]


def within_hours(user: User, start: datetime, end: datetime) -> bool:
    day = start.astimezone(ZoneInfo(user.time_zone)).date()
    return any(opening <= start and end <= closing for opening, closing in working_hours(user, day))


class Calendar:
    """One moment's view of all bookings; what it says may be outdated when the caller acts on it."""

    def __init__(self, world: World, bookings: Iterable[Booking], ignore_uid: str | None = None) -> None:
        self._world = world
        self._bookings = [b for b in bookings if b.live and b.uid != ignore_uid]

    def is_free(self, host_id: int, event_type: EventType, start: datetime, end: datetime) -> bool:
        return within_hours(self._world.users[host_id], start, end) and not self.is_busy(
            host_id, event_type, start, end
        )

    def is_busy(self, host_id: int, event_type: EventType, start: datetime, end: datetime) -> bool:
        return any(
            self._collides(b, event_type, start, end) for b in self._bookings if self._blocks(b, host_id, event_type)
        )

    def free_hosts(self, event_type: EventType, start: datetime, end: datetime) -> tuple[int, ...]:
        """Who would take it: everybody for a collective type, else the first free host."""
        free = [host for host in event_type.host_ids if self.is_free(host, event_type, start, end)]
        if event_type.collective:
            return tuple(free) if len(free) == len(event_type.host_ids) else ()
        return tuple(free[:1])

    def seated_at(self, event_type: EventType, start: datetime) -> Booking | None:
        return next((b for b in self._bookings if b.event_type_id == event_type.id and b.start == start), None)

    def _blocks(self, booking: Booking, host_id: int, event_type: EventType) -> bool:
        if host_id not in booking.host_ids:
            return False
        # A request waiting for the host blocks only its own event type, and only if that type says so.
        return booking.status == "accepted" or (event_type.pending_blocks and booking.event_type_id == event_type.id)

    def _collides(self, booking: Booking, event_type: EventType, start: datetime, end: datetime) -> bool:
        before, after = _buffers(event_type)
        if start - before < booking.end and booking.start < end + after:
            return True
        own_type = self._world.event_types.get(booking.event_type_id)
        own_before, own_after = _buffers(own_type) if own_type else (timedelta(0), timedelta(0))
        return start < booking.end + own_after and booking.start - own_before < end


def _buffers(event_type: EventType) -> tuple[timedelta, timedelta]:
    return (
        timedelta(minutes=event_type.wire["beforeEventBuffer"]),
        timedelta(minutes=event_type.wire["afterEventBuffer"]),
    )


def earliest_start(event_type: EventType, now: datetime) -> datetime:
    return now + timedelta(minutes=event_type.wire["minimumBookingNotice"])


def window_end(event_type: EventType, now: datetime, zone: str) -> datetime | None:
    """The end of the last bookable day, if the type has a window."""
    days = event_type.wire["bookingWindow"].get("value")
    if days is None:
        return None
    last = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))


def out_of_bounds(event_type: EventType, zone: str, start: datetime, now: datetime) -> bool:
    end = window_end(event_type, now, zone)
    return start < earliest_start(event_type, now) or (end is not None and start >= end)


def limit_reached(event_type: EventType, bookings: Iterable[Booking], zone: str, start: datetime) -> bool:
    """Only the daily limit of the recordings; longer periods are not modelled."""
    per_day = event_type.wire.get("bookingLimitsCount", {}).get("day")
    if per_day is None:
        return False
    day = start.astimezone(ZoneInfo(zone)).date()
    same_day = [
        b
        for b in bookings
        if b.live and b.event_type_id == event_type.id and b.start.astimezone(ZoneInfo(zone)).date() == day
    ]
    return len(same_day) >= int(per_day)
