"""What an event type asks of an attendee, and whether a voice agent can give it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingField:
    """A question of the booking form. Hidden ones are never asked, even where Cal.com marks them required."""

    slug: str
    type: str = "text"
    required: bool = False
    hidden: bool = False
    options: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        return self.required and not self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """The facts of a Cal.com event type that matter on the phone (GET /v2/event-types/{id}, version 2024-06-14)."""

    id: int
    slug: str
    title: str
    length_minutes: int
    length_options: tuple[int, ...] = ()
    time_zone: str = ""
    fields: tuple[BookingField, ...] = ()
    needs_confirmation: bool = False
    seats: int = 0
    price: int = 0
    recurring: bool = False
    verifies_email: bool = False
    cancelling_disabled: bool = False
    rescheduling_disabled: bool = False
    notice_minutes: int = 0
    scheduling: str = ""

    def field(self, slug: str) -> BookingField | None:
        return next((found for found in self.fields if found.slug == slug), None)

    @property
    def needs_email(self) -> bool:
        asked = self.field("email")
        return asked is None or asked.is_asked

    @property
    def needs_phone(self) -> bool:
        asked = self.field("attendeePhoneNumber")
        return asked is not None and asked.is_asked

    @property
    def has_one_place(self) -> bool:
        """True where a booked time is gone: no seats, and no other host who may still have it."""
        return not (self.seats or self.scheduling)

    @property
    def refuses_repeats(self) -> bool:
        """True where Cal.com itself refuses the same booking twice: one host, confirmed at once, no seats."""
        return not (self.needs_confirmation or self.seats or self.recurring or self.scheduling)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeEntry:
    """An event type as a list shows it, to choose from. `price` is in the smallest unit of `currency`."""

    id: int
    slug: str
    title: str
    description: str = ""
    length_minutes: int
    price: int = 0
    currency: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an event type is hard or impossible to book by voice. A blocking one makes every booking fail."""

    code: str
    text: str
    blocking: bool


ANSWERED_BY_CALLER = frozenset({"name", "email", "attendeePhoneNumber", "notes", "title", "location", "guests"})
"""Booking fields that need no prepared answer: the request carries them or Cal.com fills them in."""


def obstacles(event_type: EventType, answered: frozenset[str] = frozenset()) -> list[Obstacle]:
    """What stands between this event type and a booking made on the phone; `answered` are slugs with a set answer."""
    missing = [
        asked.slug for asked in event_type.fields if asked.is_asked and asked.slug not in ANSWERED_BY_CALLER | answered
    ]
    checks = [
        (event_type.price > 0, "payment", "It must be paid for when booked, which a phone call cannot do.", True),
        (event_type.verifies_email, "email_code", "It mails a code to the attendee before it books.", True),
        (event_type.recurring, "recurring", "It repeats; Ringbook books single appointments.", True),
        (event_type.seats > 0, "seats", "Its seats are shared; cancelling one seat is not supported.", True),
        (
            bool(missing),
            "fields",
            f"It asks for {', '.join(missing)}. Answer with {' '.join(f'--answer {slug}=text' for slug in missing)}.",
            True,
        ),
        (event_type.needs_confirmation, "confirmation", "Its host must confirm; callers hear “requested”.", False),
        (
            event_type.needs_email,
            "email",
            "It needs an e-mail address; callers who give a phone only are asked, unless a placeholder e-mail is set.",
            False,
        ),
        (event_type.needs_phone, "phone", "It needs a phone number; callers who give an e-mail only are asked.", False),
        (event_type.cancelling_disabled, "no_cancel", "It does not allow cancelling.", False),
        (event_type.rescheduling_disabled, "no_reschedule", "It does not allow moving.", False),
    ]
    return [Obstacle(code, text, blocking) for applies, code, text, blocking in checks if applies]
