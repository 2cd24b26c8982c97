"""GET /v2/bookings: its filters, its order, and page numbers that ignore half of the filters."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.sandbox import errors
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.records import Booking
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import booking_out, parse_iso
from app.sandbox.world import User

Test = Callable[[Booking], bool]
STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
_TIMES = {
    "afterStart": "fromDate",
    "beforeEnd": "toDate",
    "afterCreatedAt": "fromDate",
    "beforeCreatedAt": "toDate",
    "afterUpdatedAt": "fromDate",
    "beforeUpdatedAt": "toDate",
}
_KNOWN = frozenset(
    [
        "status",
        "attendeeEmail",
        "attendeeName",
        "bookingUid",
        "eventTypeId",
        "eventTypeIds",
        "teamId",
        "teamsIds",
        "sortStart",
        "sortEnd",
        "sortCreated",
        "sortUpdatedAt",
        "take",
        "skip",
    ]
) | frozenset(_TIMES)
_SORTS: tuple[tuple[str, Callable[[Booking], datetime]], ...] = (
    ("sortStart", lambda b: b.start),
    ("sortEnd", lambda b: b.end),
    ("sortCreated", lambda b: b.created_at),
    ("sortUpdatedAt", lambda b: b.updated_at),
)


def list_bookings(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    query = {key: value for key, value in inquiry.call.query.items() if key in _KNOWN}
    _check(query)
    me, now = inquiry.me(), sandbox.clock.now()
    stored = sandbox.store.bookings
    if inquiry.stale_seconds:
        stored = sandbox.store.bookings_as_of(now - timedelta(seconds=inquiry.stale_seconds))
    counted = [b for b in list(stored.values()) if _concerns(me, b) and all(t(b) for t in _counted_tests(query, now))]
    shown = [b for b in counted if all(test(b) for test in _uncounted_tests(query))]
    take, skip = int(query.get("take", 100)), int(query.get("skip", 0))
    page = _ordered(shown, query)[skip : skip + take]
    return success([booking_out(sandbox.world, b) for b in page], pagination=_pagination(len(counted), take, skip))


def _concerns(user: User, booking: Booking) -> bool:
    return user.id in booking.host_ids or any(a.email == user.email for a in booking.attendees)


def _counted_tests(query: Mapping[str, str], now: datetime) -> list[Test]:
    tests: list[Test] = []
    if "status" in query:
        tests.append(_status_test(query["status"].split(","), now))
    if "attendeeEmail" in query:
        email = query["attendeeEmail"].strip().replace(" ", "+")
        tests.append(lambda b: any(a.email == email for a in b.attendees))
    if "attendeeName" in query:
        tests.append(lambda b: any(a.name == query["attendeeName"] for a in b.attendees))
    if "bookingUid" in query:
        tests.append(lambda b: b.uid == query["bookingUid"])
    types = query.get("eventTypeIds") or query.get("eventTypeId")
    if types:
        wanted = {int(part) for part in types.split(",")}
        tests.append(lambda b: b.event_type_id in wanted)
    return tests + _time_tests(query, {"afterStart": lambda b: b.start, "beforeEnd": lambda b: b.end})


def _uncounted_tests(query: Mapping[str, str]) -> list[Test]:
    """Cal.com applies these to the rows but forgets them in the totals."""
    return _time_tests(
        query,
        {
            "afterCreatedAt": lambda b: b.created_at,
            "beforeCreatedAt": lambda b: b.created_at,
            "afterUpdatedAt": lambda b: b.updated_at,
            "beforeUpdatedAt": lambda b: b.updated_at,
        },
    )


def _time_tests(query: Mapping[str, str], moments: Mapping[str, Callable[[Booking], datetime]]) -> list[Test]:
    tests: list[Test] = []
    for key, moment in moments.items():
        limit = parse_iso(query.get(key))
        if limit is not None:
            tests.append(_bound(moment, limit, after=key.startswith("after")))
    return tests


def _bound(moment: Callable[[Booking], datetime], limit: datetime, *, after: bool) -> Test:
    return (lambda b: moment(b) >= limit) if after else (lambda b: moment(b) <= limit)


def _status_test(wanted: list[str], now: datetime) -> Test:
    meaning: dict[str, Test] = {
        "upcoming": lambda b: b.end >= now and b.live,
        "recurring": lambda b: b.recurring_uid is not None and b.end >= now and b.live,
        "past": lambda b: b.end <= now and b.live,
        "cancelled": lambda b: not b.live,
        "unconfirmed": lambda b: b.status == "pending" and b.end >= now,
    }
    return lambda b: any(meaning[status](b) for status in wanted)


def _ordered(bookings: list[Booking], query: Mapping[str, str]) -> list[Booking]:
    oldest_first = sorted(bookings, key=lambda b: b.id)
    for key, moment in _SORTS:
        if key in query:
            return sorted(oldest_first, key=moment, reverse=query[key] == "desc")
    backwards = query.get("status") in ("cancelled", "past")
    return sorted(oldest_first, key=lambda b: b.start, reverse=backwards)


def _pagination(total: int, take: int, skip: int) -> dict[str, Any]:
    remaining = max(total - skip - take, 0)
    return {
        "returnedItems": max(min(take, total - skip), 0),
        "totalItems": total,
        "itemsPerPage": take,
        "remainingItems": remaining,
        "currentPage": skip // take + 1 if total else 0,
        "totalPages": math.ceil(total / take),
        "hasNextPage": remaining > 0,
        "hasPreviousPage": skip > 0,
    }


def _check(query: Mapping[str, str]) -> None:
    target = {key: _typed(key, value) for key, value in query.items()}
    complaints = [
        {"target": target, "value": target[key], "property": key, "children": [], "constraints": rule}
        for key in query
        if (rule := _broken_rule(key, target[key]))
    ]
    if complaints:
        raise errors.pipe(complaints)


def _typed(key: str, value: str) -> Any:
    if key == "status":
        return value.split(",")
    return int(value) if key in ("take", "skip") and value.lstrip("-").isdigit() else value


def _broken_rule(key: str, value: Any) -> dict[str, str]:
    if key == "status" and not set(value) <= set(STATUSES):
        return {"isEnum": f"Invalid status. Allowed are {', '.join(STATUSES)}"}
    if key in _TIMES and parse_iso(value) is None:
        return {"isIso8601": f"{_TIMES[key]} must be a valid ISO 8601 date."}
    if key in ("take", "skip"):
        return _number_rule(key, value)
    return {}


def _number_rule(key: str, value: Any) -> dict[str, str]:
    least = 1 if key == "take" else 0
    if not isinstance(value, int):
        return {"isNumber": f"{key} must be a number conforming to the specified constraints"}
    if key == "take" and value > 250:
        return {"max": "take must not be greater than 250"}
    return {"min": f"{key} must not be less than {least}"} if value < least else {}
