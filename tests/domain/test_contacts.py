"""Phone numbers and addresses in one form, and what an event type needs of a caller."""

import pytest

from app.domain.answers import Result
from app.domain.appointments import Attendee
from app.domain.contacts import attendee_for, normalise_email, normalise_phone, placeholder_email
from app.domain.errors import RefusedError
from app.domain.event_types import BookingField, EventType

PATTERN = "caller-{digits}@calls.example.com"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+14157774444", "", "+14157774444"),
        ("+1 (415) 777-4444", "", "+14157774444"),
        (" +1 415.777.4444 ", "DE", "+14157774444"),
        ("(415) 777-4444", "US", "+14157774444"),
        ("030 123456", "de", "+4930123456"),
        ("0049 30 123456", "DE", "+4930123456"),
        ("+49 (0)30 123456", "", "+4930123456"),
    ],
)
def test_a_phone_number_becomes_e164(text: str, country: str, number: str) -> None:
    assert normalise_phone(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        ("", "US", "is not a phone number"),
        ("call me", "US", "is not a phone number"),
        ("4157774444", "", "needs a country code that exists, such as +1"),
        ("+999123456789", "", "needs a country code that exists, such as +1"),
        ("+1415", "", "is too short for a phone number"),
        ("+141577744445555", "", "is too long for a phone number"),
        ("777-4444", "US", "needs its area code"),
        ("1" * 300, "US", "is not a phone number"),
    ],
)
def test_an_impossible_phone_number_is_refused_with_a_reason(text: str, country: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason.replace('+', '[+]')}$"):
        normalise_phone(text, country)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Alex@Example.COM", "alex@example.com"),
        (" ana+tag@example.org ", "ana+tag@example.org"),
        ("ana@clinic.test", "ana@clinic.test"),
        ("post@bücher.example", "post@xn--bcher-kva.example"),
    ],
)
def test_an_email_address_becomes_lower_case_ascii(text: str, address: str) -> None:
    assert normalise_email(text) == address


@pytest.mark.parametrize(
    "text", ["", "alex", "alex@", "alex@localhost", "a b@example.com", "ü@example.com", "a@b@example.com"]
)
def test_an_incomplete_email_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not a complete email address$"):
        normalise_email(text)


def test_a_placeholder_carries_the_digits_of_the_phone() -> None:
    assert placeholder_email(PATTERN, "+14157774444") == "caller-14157774444@calls.example.com"


def event_type(*fields: BookingField) -> EventType:
    return EventType(id=7, slug="visit", title="Visit", length_minutes=30, fields=fields)


BY_EMAIL = event_type(BookingField(slug="email", type="email", required=True))
BY_PHONE = event_type(
    BookingField(slug="email", type="email"), BookingField(slug="attendeePhoneNumber", type="phone", required=True)
)
BY_BOTH = event_type(
    BookingField(slug="email", type="email", required=True),
    BookingField(slug="attendeePhoneNumber", type="phone", required=True),
)
HIDDEN_EMAIL = event_type(BookingField(slug="email", type="email", required=True, hidden=True))
PHONE_ONLY = Attendee(name="Ana", phone="+14157774444")
EMAIL_ONLY = Attendee(name="Ana", email="ana@example.com")


@pytest.mark.parametrize(
    ("kind", "attendee", "placeholder"),
    [
        (BY_EMAIL, EMAIL_ONLY, ""),
        (BY_EMAIL, EMAIL_ONLY, PATTERN),
        (BY_PHONE, PHONE_ONLY, ""),
        (BY_PHONE, PHONE_ONLY, PATTERN),
        (HIDDEN_EMAIL, PHONE_ONLY, PATTERN),
        (BY_BOTH, Attendee(name="Ana", email="ana@example.com", phone="+14157774444"), PATTERN),
    ],
)
def test_an_attendee_with_what_is_needed_stays_as_given(kind: EventType, attendee: Attendee, placeholder: str) -> None:
    assert attendee_for(kind, attendee, placeholder) == attendee


@pytest.mark.parametrize("kind", [BY_EMAIL, BY_BOTH, event_type()])
def test_a_caller_without_address_gets_the_placeholder_the_owner_chose(kind: EventType) -> None:
    assert attendee_for(kind, PHONE_ONLY, PATTERN) == Attendee(
        name="Ana", phone="+14157774444", email="caller-14157774444@calls.example.com"
    )


@pytest.mark.parametrize(
    ("kind", "attendee", "placeholder", "result", "field"),
    [
        (BY_EMAIL, PHONE_ONLY, "", Result.EMAIL_NEEDED, "email"),
        (event_type(), PHONE_ONLY, "", Result.EMAIL_NEEDED, "email"),
        (BY_EMAIL, Attendee(name="Ana"), PATTERN, Result.EMAIL_NEEDED, "email"),
        (BY_PHONE, EMAIL_ONLY, PATTERN, Result.PHONE_NEEDED, "phone"),
        (BY_BOTH, EMAIL_ONLY, PATTERN, Result.PHONE_NEEDED, "phone"),
    ],
)
def test_a_contact_that_is_needed_and_missing_is_asked_for(
    kind: EventType, attendee: Attendee, placeholder: str, result: Result, field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        attendee_for(kind, attendee, placeholder)
    assert refused.value.result is result
    assert refused.value.fields == {field: "is required for this kind of appointment"}
