"""The booking form of an event type: which answers it wants and what Cal.com says about bad ones."""

import re
from collections.abc import Mapping
from typing import Any

from app.sandbox import errors
from app.sandbox.world import EventType

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_TEXT_TYPES = frozenset({"text", "textarea", "select", "radio", "address", "url", "phone", "email"})


def check_custom_fields(event_type: EventType, given: Mapping[str, Any]) -> None:
    for field in event_type.custom_fields:
        slug, value = field["slug"], given.get(field["slug"])
        if field["required"] and not field["hidden"] and slug not in given:
            raise errors.nest(
                400,
                f"Missing required booking field response: {slug} - it is required by the event type booking fields, "
                f"but missing in the bookingFieldsResponses. You can fetch the event type with ID {event_type.id} "
                "to see the required fields.",
            )
        if value is not None and field["type"] in _TEXT_TYPES and not isinstance(value, str):
            raise errors.nest(
                400,
                f"Invalid type for booking field '{slug}'. Expected type string (compatible with field type "
                f"'{field['type']}'), but received {json_type(value)}.",
            )
        if value and "options" in field and value not in field["options"]:
            raise errors.nest(
                400,
                f"Invalid option '{value}' for booking field '{slug}'. "
                f"Allowed options are: {', '.join(field['options'])}.",
            )


def check_responses(event_type: EventType, attendee: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """What the form's schema refuses, with every issue in one text."""
    issues = [*_name_issues(attendee), *_email_issues(event_type, attendee), *_phone_issues(event_type, attendee)]
    given = body.get("bookingFieldsResponses") or {}
    issues += [
        f"{{{f['slug']}}}error_required_field"
        for f in event_type.custom_fields
        if f["required"] and not f["hidden"] and given.get(f["slug"]) in ("", None)
    ]
    if any(not _EMAIL.fullmatch(guest) for guest in body.get("guests") or []):
        issues.append("{guests}email_validation_error")
    wrong = [f"responses - {issue}" for issue in issues]
    wrong += [
        f"metadata.{key} - Expected string, received {json_type(value)}"
        for key, value in reversed((body.get("metadata") or {}).items())
        if not isinstance(value, str)
    ]
    if wrong:
        raise errors.zod(*wrong)


def stored_email(event_type: EventType, attendee: Mapping[str, Any]) -> str:
    """A hidden or missing e-mail becomes an address made of the phone number."""
    email, phone = attendee.get("email"), attendee.get("phoneNumber")
    if phone and (event_type.email["hidden"] or not email):
        return f"{re.sub(r'[^0-9]', '', phone)}@sms.cal.com"
    return str(email)


def json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "array"
    return "null" if value is None else "object" if isinstance(value, dict) else "string"


def _name_issues(attendee: Mapping[str, Any]) -> list[str]:
    if attendee["name"] == "":
        return ["{name}error_required_field"]
    return [] if attendee["name"].strip() else ["{name}Invalid string"]


def _email_issues(event_type: EventType, attendee: Mapping[str, Any]) -> list[str]:
    email = attendee.get("email")
    if event_type.email["hidden"]:
        return []
    if not email:
        return ["{email}error_required_field"] if event_type.email["required"] else []
    return [] if _EMAIL.fullmatch(email) else ["{email}email_validation_error"]


def _phone_issues(event_type: EventType, attendee: Mapping[str, Any]) -> list[str]:
    # Where the type does not ask for a phone number, anything is stored verbatim.
    if event_type.phone is None:
        return []
    phone = attendee.get("phoneNumber")
    if not phone:
        return ["{attendeePhoneNumber}error_required_field"] if event_type.phone["required"] else []
    return [] if _PHONE.fullmatch(phone) else ["{attendeePhoneNumber}invalid_number"]
