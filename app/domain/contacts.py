"""How a caller can be reached: phone numbers and e-mail addresses in one form, and what an event type needs of them.

`phonenumbers` and `email_validator` are used as data: no network, no settings.
"""

from __future__ import annotations

from dataclasses import replace

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.domain.answers import REQUIRED_HERE, Result
from app.domain.appointments import Attendee
from app.domain.errors import RefusedError
from app.domain.event_types import EventType

_IMPOSSIBLE = {
    phonenumbers.ValidationResult.TOO_SHORT: "is too short for a phone number",
    phonenumbers.ValidationResult.TOO_LONG: "is too long for a phone number",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "needs its area code",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "has a country code that does not exist",
}


def normalise_phone(text: str, country: str) -> str:
    """E.164; a national number is read as one of `country` (ISO 3166 code, may be empty).

    Raises ValueError with a reason fit to be read aloud.
    """
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException as fault:
        no_country = fault.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        reason = "needs a country code that exists, such as +1" if no_country else "is not a phone number"
        raise ValueError(reason) from None
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError(_IMPOSSIBLE.get(verdict, "is not a phone number"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str:
    """The address in lower case and ASCII, as Cal.com compares and stores it; whether it takes mail is not tried.

    Raises ValueError with a reason fit to be read aloud.
    """
    try:
        address = validate_email(text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError("is not a complete email address") from None
    return (address.ascii_email or address.normalized).lower()


def placeholder_email(pattern: str, phone: str) -> str:
    """The owner's address for callers without one, with `{digits}` standing for those of the phone number."""
    return pattern.replace("{digits}", phone.lstrip("+")).lower()


def attendee_for(event_type: EventType, attendee: Attendee, placeholder: str) -> Attendee:
    """The attendee as this event type takes them; a real address is never replaced.

    Cal.com refuses a booking whose event type requires an e-mail address or phone number that is not given (POST
    /v2/bookings, version 2024-08-13). `placeholder`: the pattern the owner chose for callers who give a phone only,
    empty for none. Raises RefusedError (EMAIL_NEEDED, PHONE_NEEDED) for a contact that is missing.
    """
    if event_type.needs_phone and not attendee.phone:
        raise RefusedError(Result.PHONE_NEEDED, fields={"phone": REQUIRED_HERE})
    if event_type.needs_email and not attendee.email:
        if not (placeholder and attendee.phone):
            raise RefusedError(Result.EMAIL_NEEDED, fields={"email": REQUIRED_HERE})
        return replace(attendee, email=placeholder_email(placeholder, attendee.phone))
    return attendee
