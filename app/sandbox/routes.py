"""Which endpoint answers which method, path and version, and who may call it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.sandbox import (
    accounts,
    bookings,
    endings,
    errors,
    event_types,
    legacy,
    listing,
    rescheduling,
    reservations,
    slots,
    webhooks,
)
from app.sandbox.calls import LEGACY, Answer, Call, Inquiry
from app.sandbox.sandbox import Sandbox

Handler = Callable[[Sandbox, Inquiry], Answer]

# Who may call: OPEN takes anybody, but a bad credential still fails; the two closed ones refuse differently.
OPEN, KEYED, PERMITTED = "open", "keyed", "permitted"

ANY: frozenset[str] = frozenset()
BOOKINGS = frozenset({"2024-08-13"})
SLOTS = frozenset({"2024-09-04"})
EVENT_TYPES = frozenset({"2024-06-14"})
SCHEDULES = frozenset({"2024-06-11", "2024-06-14"})
OLD = frozenset({LEGACY})


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    versions: frozenset[str]
    access: str
    handle: Handler

    def match(self, call: Call) -> dict[str, str] | None:
        if call.method != self.method or (self.versions and call.version not in self.versions):
            return None
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, call.path.rstrip("/"))
        return found.groupdict() if found else None


ROUTES = (
    Route("GET", "/v2/me", ANY, KEYED, accounts.read_me),
    Route("GET", "/v2/schedules/default", SCHEDULES, KEYED, accounts.read_default_schedule),
    Route("GET", "/v2/schedules", SCHEDULES, KEYED, accounts.list_schedules),
    Route("GET", "/v2/event-types", EVENT_TYPES, OPEN, event_types.list_event_types),
    Route("POST", "/v2/event-types/{id}/webhooks", ANY, KEYED, webhooks.create_webhook),
    Route("GET", "/v2/event-types/{id}", EVENT_TYPES, KEYED, event_types.read_event_type),
    Route("GET", "/v2/teams/{team}/event-types/{id}", ANY, KEYED, event_types.read_event_type),
    Route("GET", "/v2/slots", SLOTS, OPEN, slots.list_slots),
    Route("GET", "/v2/slots/available", OLD, OPEN, slots.list_slots_legacy),
    Route("POST", "/v2/slots/reservations", SLOTS, OPEN, reservations.create_reservation),
    Route("GET", "/v2/slots/reservations/{uid}", SLOTS, OPEN, reservations.read_reservation),
    Route("PATCH", "/v2/slots/reservations/{uid}", SLOTS, OPEN, reservations.update_reservation),
    Route("DELETE", "/v2/slots/reservations/{uid}", SLOTS, OPEN, reservations.delete_reservation),
    Route("POST", "/v2/bookings", BOOKINGS, OPEN, bookings.create_booking),
    Route("GET", "/v2/bookings", BOOKINGS, PERMITTED, listing.list_bookings),
    Route("GET", "/v2/bookings/{uid}", BOOKINGS, OPEN, bookings.read_booking),
    Route("POST", "/v2/bookings/{uid}/reschedule", BOOKINGS, OPEN, rescheduling.reschedule_booking),
    Route("POST", "/v2/bookings/{uid}/cancel", BOOKINGS, OPEN, endings.cancel_booking),
    Route("POST", "/v2/bookings/{uid}/confirm", BOOKINGS, PERMITTED, endings.confirm_booking),
    Route("POST", "/v2/bookings/{uid}/decline", BOOKINGS, PERMITTED, endings.decline_booking),
    Route("POST", "/v2/bookings/{uid}/mark-absent", BOOKINGS, PERMITTED, endings.mark_absent),
    Route("POST", "/v2/bookings", OLD, OPEN, legacy.refuse_booking),
    Route("GET", "/v2/bookings/{uid}", OLD, OPEN, legacy.read_booking),
    Route("POST", "/v2/webhooks", ANY, KEYED, webhooks.create_webhook),
    Route("GET", "/v2/webhooks", ANY, KEYED, webhooks.list_webhooks),
    Route("GET", "/v2/webhooks/{id}", ANY, KEYED, webhooks.read_webhook),
    Route("PATCH", "/v2/webhooks/{id}", ANY, KEYED, webhooks.update_webhook),
    Route("DELETE", "/v2/webhooks/{id}", ANY, KEYED, webhooks.delete_webhook),
)


def find_route(call: Call) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        params = route.match(call)
        if params is not None:
            return route, params
    raise errors.nest(404, f"Cannot {call.method} {call.url}")
