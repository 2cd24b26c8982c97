"""The validation pipes of the booking and slots endpoints: which texts, in which order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.sandbox import errors
from app.sandbox.wire import is_zone, parse_iso

LANGUAGES = (
    "ar, ca, de, es, eu, he, id, ja, lv, pl, ro, sr, th, vi, az, cs, el, es-419, fi, hr, it, km, nl, pt, ru, sv, tr, "
    "zh-CN, bg, da, en, et, fr, hu, iw, ko, no, pt-BR, sk, ta, uk, zh-TW, bn"
)
METADATA_RULE = (
    "Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters."
)
TYPE_RULE = "Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided"
CONTACT_RULE = "Attendee must have at least one contact method (email or phone number)"
ISO_RULE = "must be a valid ISO 8601 date string"
ZONE_RULE = "timeZone must be a valid IANA time-zone"

Rule = tuple[str, Callable[[Any], bool], str]


def complaint(label: str, constraints: str, children: Iterable[str] = ()) -> str:
    return f"{label} property is wrong,{constraints} {', '.join(children)}"


def refuse(complaints: list[str]) -> None:
    if complaints:
        raise errors.nest(400, ", ".join(complaints))


def unknown_keys(given: Mapping[str, Any], allowed: Iterable[str]) -> list[str]:
    known = set(allowed)
    return [complaint(key, f"property {key} should not exist") for key in given if key not in known]


def broken_rules(given: Mapping[str, Any], rules: Iterable[Rule], *, required: frozenset[str]) -> list[str]:
    wrong = []
    for key, holds, text in rules:
        value = given.get(key)
        if (value is not None or key in required) and not holds(value):
            wrong.append(complaint(key, text))
    return wrong


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_iso(value: Any) -> bool:
    return parse_iso(value) is not None


def metadata_fits(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) > 50:
        return False
    return all(len(k) <= 40 and _scalar_fits(v) for k, v in value.items())


def _scalar_fits(value: Any) -> bool:
    return len(value) <= 500 if isinstance(value, str) else not isinstance(value, dict | list)


_START: Rule = ("start", is_iso, f"start {ISO_RULE}")
_BOOKING_KEYS = [
    "start",
    "lengthInMinutes",
    "attendee",
    "bookingFieldsResponses",
    "eventTypeId",
    "eventTypeSlug",
    "username",
    "teamSlug",
    "organizationSlug",
    "guests",
    "meetingUrl",
    "location",
    "metadata",
    "routing",
    "emailVerificationCode",
    "recurrenceCount",
    "instant",
]
_BOOKING_RULES: tuple[Rule, ...] = (
    ("lengthInMinutes", is_number, "lengthInMinutes must be a number conforming to the specified constraints"),
    ("bookingFieldsResponses", lambda v: isinstance(v, dict), "bookingFieldsResponses must be an object"),
    ("eventTypeId", is_number, "eventTypeId must be a number conforming to the specified constraints"),
    ("guests", lambda v: isinstance(v, list) and all(map(is_text, v)), "each value in guests must be a string"),
    ("metadata", metadata_fits, METADATA_RULE),
)
_ATTENDEE_KEYS = ("name", "email", "timeZone", "phoneNumber", "language")
_ATTENDEE_RULES: tuple[Rule, ...] = (
    ("name", is_text, "name must be a string"),
    ("timeZone", is_zone, ZONE_RULE),
    ("phoneNumber", is_text, "phoneNumber must be a string"),
    (
        "language",
        lambda v: v in LANGUAGES.split(", "),
        f"language must be one of the following values: {LANGUAGES}",
    ),
    ("email", is_text, "email must be a string"),
)


def check_booking(body: Mapping[str, Any]) -> None:
    wrong = unknown_keys(body, _BOOKING_KEYS)
    wrong += broken_rules(body, (_START,), required=frozenset({"start"}))
    wrong += _attendee_complaints(body.get("attendee"))
    wrong += broken_rules(body, _BOOKING_RULES, required=frozenset())
    by_slug = body.get("eventTypeSlug") and (body.get("username") or body.get("teamSlug"))
    if not body.get("eventTypeId") and not by_slug:
        wrong.append(complaint("eventTypeId or eventTypeSlug + username", TYPE_RULE))
    refuse(wrong)


def _attendee_complaints(attendee: Any) -> list[str]:
    if attendee is None:
        return [complaint("attendee", "attendee should not be null or undefined")]
    if not isinstance(attendee, dict):
        return [complaint("attendee", "nested property attendee must be either object or array")]
    wrong = unknown_keys(attendee, _ATTENDEE_KEYS)
    wrong += broken_rules(attendee, _ATTENDEE_RULES, required=frozenset({"name", "timeZone"}))
    if not attendee.get("email") and not attendee.get("phoneNumber"):
        wrong.append(complaint("attendee email or phone", CONTACT_RULE))
    return [complaint("attendee", "", wrong)] if wrong else []


def check_reschedule(body: Mapping[str, Any]) -> None:
    wrong = unknown_keys(body, ("start", "rescheduledBy", "reschedulingReason", "seatUid", "emailVerificationCode"))
    refuse(wrong + broken_rules(body, (_START,), required=frozenset({"start"})))


def check_cancel(body: Mapping[str, Any]) -> None:
    refuse(unknown_keys(body, ("cancellationReason", "cancelSubsequentBookings", "seatUid")))


def check_decline(body: Mapping[str, Any]) -> None:
    refuse(unknown_keys(body, ("reason",)))


_WINDOW_RULES: tuple[Rule, ...] = (
    _START,
    ("end", is_iso, f"end {ISO_RULE}"),
    ("timeZone", is_zone, ZONE_RULE),
    ("duration", str.isdigit, "duration must be a number conforming to the specified constraints"),
    ("format", lambda v: v in ("range", "time"), "slotFormat must be either 'range' or 'time'"),
)
_WINDOW_KEYS = ("start", "end", "timeZone", "duration", "format", "bookingUidToReschedule")
_NUMBER_TYPE: Rule = (
    "eventTypeId",
    str.isdigit,
    "eventTypeId must be a number conforming to the specified constraints",
)
_USERNAMES_RULE = (
    "each value in usernames must be a string, The array must contain at least 2 elements., usernames must be an array"
)


def check_slots(query: Mapping[str, str]) -> None:
    """The keys present decide which of the four input classes is meant."""
    needed = frozenset({"start", "end"})
    if "eventTypeId" in query:
        wrong = unknown_keys(query, (*_WINDOW_KEYS, "eventTypeId"))
        refuse(wrong + broken_rules(query, (*_WINDOW_RULES, _NUMBER_TYPE), required=needed))
        return
    owner = next((k for k in ("teamSlug", "username") if "eventTypeSlug" in query and k in query), None)
    if owner is not None:
        wrong = unknown_keys(query, (*_WINDOW_KEYS, "eventTypeSlug", owner, "organizationSlug"))
        refuse(wrong + broken_rules(query, _WINDOW_RULES, required=needed))
        return
    wrong = unknown_keys(query, (*_WINDOW_KEYS, "usernames", "organizationSlug"))
    wrong += broken_rules(query, _WINDOW_RULES, required=needed)
    wrong.append(complaint("usernames", _USERNAMES_RULE))
    if "organizationSlug" not in query:
        wrong.append(complaint("organizationSlug", "organizationSlug must be a string"))
    refuse(wrong)
