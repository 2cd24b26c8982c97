"""GET /v2/slots: the free starts of an event type, with the real server's short-lived cache."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.sandbox import errors, validation
from app.sandbox.calendar import Calendar, earliest_start, limit_reached, window_end, working_hours
from app.sandbox.calls import Answer, Inquiry
from app.sandbox.records import Booking
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import iso_in_zone, parse_iso
from app.sandbox.world import EventType

DAY = timedelta(days=1)
CACHED = 5_000


@dataclass(frozen=True)
class Window:
    event_type: EventType
    start: datetime
    end: datetime
    zone: str | None
    minutes: int
    as_range: bool
    moving_uid: str | None

    @property
    def cache_key(self) -> str:
        facts = (self.event_type.id, self.start, self.end, self.zone, self.minutes, self.as_range, self.moving_uid)
        return "|".join(map(str, facts))


def list_slots(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    validation.check_slots(inquiry.call.query)
    window = _window(sandbox, inquiry.call.query)
    if inquiry.lie is not None:
        return _answer(_days(window, _lies(sandbox, window, inquiry.lie)))
    now = sandbox.clock.now()
    fresh_for = timedelta(seconds=sandbox.options.slots_cache_seconds)
    kept = sandbox.slots_cache.get(window.cache_key)
    if kept is None or now - kept[0] >= fresh_for:
        if len(sandbox.slots_cache) > CACHED:
            sandbox.slots_cache.clear()
        kept = sandbox.slots_cache[window.cache_key] = (now, _days(window, _free(sandbox, window)))
    return _answer(kept[1])


def list_slots_legacy(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    """The 2024-04-15 shape that some public clients still ask for."""
    query = inquiry.call.query
    renamed = {"startTime": "start", "endTime": "end"}
    asked = {renamed.get(key, key): value for key, value in query.items()}
    validation.check_slots(asked)
    window = _window(sandbox, asked)
    days = _days(window, _free(sandbox, window))
    slots = {day: [{"time": slot["start"]} for slot in found] for day, found in days.items()}
    return Answer(200, {"data": {"slots": slots}, "status": "success"})


def _answer(days: Mapping[str, list[dict[str, Any]]]) -> Answer:
    return Answer(200, {"data": days, "status": "success"})


def _window(sandbox: Sandbox, query: Mapping[str, str]) -> Window:
    event_type = _asked_type(sandbox, query)
    start, end = parse_iso(query["start"]), parse_iso(query["end"])
    if start is None or end is None:
        raise errors.nest(400, "Invalid time range given - check the 'start' and 'end' query parameters.")
    if end.time() == time():
        end += DAY - timedelta(seconds=1)  # an end at midnight UTC means the whole of that day
    return Window(
        event_type=event_type,
        start=start,
        end=end,
        zone=query.get("timeZone"),
        minutes=int(query.get("duration", event_type.minutes)),
        as_range=query.get("format") == "range",
        moving_uid=query.get("bookingUidToReschedule"),
    )


def _asked_type(sandbox: Sandbox, query: Mapping[str, str]) -> EventType:
    world = sandbox.world
    if "eventTypeId" in query:
        found = world.event_types.get(int(query["eventTypeId"]))
    elif "teamSlug" in query:
        found = world.type_of_team(query["eventTypeSlug"], query["teamSlug"])
    else:
        if world.user_named(query["username"]) is None:
            raise errors.nest(404, f"User with username {query['username']} not found")
        found = world.type_of_user(query["eventTypeSlug"], query["username"])
    if found is None:
        raise errors.nest(404, "Event Type not found")
    return found


def _grid(sandbox: Sandbox, window: Window) -> list[tuple[datetime, datetime]]:
    """All starts the hosts' working hours allow, free or not."""
    length = timedelta(minutes=window.minutes)
    step = timedelta(minutes=window.event_type.wire["slotInterval"] or window.minutes)
    starts: set[datetime] = set()
    for host in window.event_type.host_ids:
        user = sandbox.world.users[host]
        day = window.start.astimezone(ZoneInfo(user.time_zone)).date() - DAY
        while datetime.combine(day, time(), ZoneInfo(user.time_zone)) < window.end:
            for opening, closing in working_hours(user, day):
                at = opening
                while at + length <= closing:
                    starts.add(at)
                    at += step
            day += DAY
    return [(at, at + length) for at in sorted(starts) if window.start <= at < window.end]


def _bookable(sandbox: Sandbox, window: Window) -> Iterator[tuple[datetime, datetime]]:
    now, event_type = sandbox.clock.now(), window.event_type
    zone = sandbox.world.users[event_type.host_ids[0]].time_zone
    first, last = earliest_start(event_type, now), window_end(event_type, now, zone)
    for start, end in _grid(sandbox, window):
        if start >= first and (last is None or start < last):
            yield start, end


def _free(sandbox: Sandbox, window: Window) -> Iterator[dict[str, Any]]:
    event_type = window.event_type
    # A day more on both sides: buffers and daily limits reach over the edges.
    bookings = [b for b in sandbox.known_bookings() if b.end > window.start - DAY and b.start < window.end + DAY]
    calendar = Calendar(sandbox.world, bookings, window.moving_uid)
    zone = sandbox.world.users[event_type.host_ids[0]].time_zone
    for start, end in _bookable(sandbox, window):
        seated = calendar.seated_at(event_type, start) if event_type.seats else None
        if seated is not None and len(seated.attendees) < event_type.seats:
            yield _slot(window, start, end, seated)
        elif (
            calendar.free_hosts(event_type, start, end)
            and not _held(sandbox, event_type, start, end)
            and not limit_reached(event_type, bookings, zone, start)
        ):
            yield _slot(window, start, end, None)


def _held(sandbox: Sandbox, event_type: EventType, start: datetime, end: datetime) -> bool:
    """A hold hides the slot of all its hosts from everybody, its holder included."""
    now = sandbox.clock.now()
    for hold in list(sandbox.store.reservations.values()):
        own = sandbox.world.event_types.get(hold.event_type_id)
        same_host = own is not None and set(own.host_ids) & set(event_type.host_ids)
        if same_host and hold.until > now and start < hold.end and hold.start < end:
            return True
    return False


def _lies(sandbox: Sandbox, window: Window, lie: str) -> Iterator[dict[str, Any]]:
    slots = list(_bookable(sandbox, window))
    if lie == "outside" and slots:
        slots.append((slots[-1][1], slots[-1][1] + timedelta(minutes=window.minutes)))
    for start, end in slots:
        yield _slot(window, start, end, None)


def _slot(window: Window, start: datetime, end: datetime, seated: Booking | None) -> dict[str, Any]:
    slot: dict[str, Any] = {"start": iso_in_zone(start, window.zone)}
    if window.as_range:
        slot["end"] = iso_in_zone(end, window.zone)
    total = window.event_type.seats
    if total:
        taken = len(seated.attendees) if seated else 0
        slot |= {"seatsBooked": taken, "seatsRemaining": total - taken, "seatsTotal": total}
        if seated is not None:
            slot["bookingUid"] = seated.uid
    return slot


def _days(window: Window, slots: Iterator[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    days: dict[str, list[dict[str, Any]]] = {}
    for slot in slots:
        days.setdefault(slot["start"][:10], []).append(slot)
    return days
