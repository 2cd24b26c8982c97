"""What is read from Cal.com's answers, and what is refused as no answer of Cal.com's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.calcom import wire
from app.domain.appointments import AppointmentStatus, Booking
from app.domain.event_types import BookingField
from app.domain.ports import Owner

BOOKING: dict[str, Any] = {
    "uid": "abc",
    "status": "accepted",
    "start": "2026-11-23T14:00:00.000Z",
    "end": "2026-11-23T14:30:00.000Z",
    "eventTypeId": 7,
    "metadata": {"ringbook": "job_1", "number": 5},
    "createdAt": "2026-11-22T07:22:30.317Z",
    "hosts": [{"email": "host@example.com"}],
    "attendees": [{"name": "Jane", "email": "jane@example.com", "phoneNumber": "+12125550123"}],
    "bookingFieldsResponses": {"email": "jane@example.com"},
}


def test_a_booking_is_read_whole() -> None:
    assert wire.read_booking(BOOKING) == Booking(
        uid="abc",
        status=AppointmentStatus.ACCEPTED,
        starts_at=datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
        ends_at=datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
        event_type_id=7,
        attendee_name="Jane",
        attendee_email="jane@example.com",
        attendee_phone="+12125550123",
        metadata={"ringbook": "job_1"},
        created_at=datetime(2026, 11, 22, 7, 22, 30, 317000, tzinfo=UTC),
    )


def test_nulls_and_unknown_keys_are_tolerated() -> None:
    names = ("eventTypeId", "eventType", "metadata", "hosts", "attendees", "guests", "bookingFieldsResponses", "end")
    nulls = dict.fromkeys((*names, "createdAt", "rescheduledToUid", "seatUid"))
    booking = wire.read_booking(BOOKING | nulls | {"somethingNew": {"a": 1}, "duration": 45})
    assert booking.event_type_id is None
    assert booking.metadata == {}
    assert (booking.attendee_name, booking.attendee_email, booking.attendee_phone) == ("", "", "")
    assert booking.ends_at == datetime(2026, 11, 23, 14, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uid": ""},
        {"uid": None},
        {"uid": 7},
        {"status": "ACCEPTED"},
        {"status": None},
        {"status": ["accepted"]},
        {"start": None},
        {"start": 17},
        {"start": "2026-11-23T14:00:00"},
        {"start": "tomorrow"},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"end": "tomorrow"},
    ],
)
def test_a_booking_without_its_essentials_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(wire.UnreadableError):
        wire.read_booking(BOOKING | wrong)


@pytest.mark.parametrize("data", [None, [], {}, "abc", 7, True, [None], {"data": {}}])
def test_no_booking_at_all_is_refused(data: object) -> None:
    with pytest.raises(wire.UnreadableError):
        wire.read_bookings(data)


def test_of_an_array_the_earliest_comes_first() -> None:
    later = BOOKING | {"uid": "later", "start": "2026-11-30T14:00:00.000Z"}
    assert [booking.uid for booking in wire.read_bookings([later, BOOKING])] == ["abc", "later"]


HOST = {"name": "Host", "email": "host@example.com"}
GUEST = {"name": "", "email": "guest@example.com"}
JANE = {"name": "Jane", "email": "jane@example.com"}


@pytest.mark.parametrize(
    ("parts", "email"),
    [
        ({"attendees": [HOST, GUEST, JANE]}, "jane@example.com"),
        (
            {"attendees": [HOST, GUEST, JANE], "guests": ["guest@example.com"], "bookingFieldsResponses": {}},
            "jane@example.com",
        ),
        ({"attendees": [HOST], "bookingFieldsResponses": None}, "host@example.com"),
        ({"attendees": [{"seatUid": "s1", **GUEST}, {"seatUid": "s2", **JANE}], "seatUid": "s2"}, "jane@example.com"),
        ({"attendees": [7, None, JANE], "guests": [{}, None], "hosts": "none"}, "jane@example.com"),
    ],
)
def test_the_attendee_is_the_one_who_booked(parts: dict[str, Any], email: str) -> None:
    assert wire.read_booking(BOOKING | parts).attendee_email == email


def test_a_seat_keeps_its_metadata_with_its_attendee() -> None:
    seat = {"seatUid": "s2", "metadata": {"ringbook": "job_2"}, **JANE}
    booking = wire.read_booking(BOOKING | {"attendees": [seat], "seatUid": "s2", "metadata": None})
    assert booking.metadata == {"ringbook": "job_2"}


def test_openings_are_read_in_utc_and_full_ones_left_out() -> None:
    data = {
        "2026-10-05": [{"start": "2026-10-05T11:00:00.000+02:00"}, {"start": "2026-10-05T09:30:00Z", "end": None}],
        "2026-10-06": [
            {"start": "2026-10-06T09:00:00Z", "seatsRemaining": 0},
            {"start": "2026-10-06T10:00:00Z", "seatsRemaining": 1},
        ],
    }
    assert [f"{at:%d %H:%M %Z}" for at in wire.read_openings(data)] == ["05 09:00 UTC", "05 09:30 UTC", "06 10:00 UTC"]
    assert list(wire.read_openings({})) == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"slots": {"2026-10-05": []}},
        {"2026-10-05": ["2026-10-05T09:00:00Z"]},
        {"2026-10-05": [{"time": "2026-10-05T09:00:00Z"}]},
        {"2026-10-05": [{"start": "2026-10-05T09:00:00"}]},
    ],
)
def test_malformed_openings_are_refused(data: object) -> None:
    with pytest.raises(wire.UnreadableError):
        list(wire.read_openings(data))


def test_a_page_says_whether_there_are_more() -> None:
    def page(pagination: object) -> bool:
        answer = {"status": "success", "data": [BOOKING], "pagination": pagination}
        return wire.read_page(answer, page_size=1)[1]

    assert page({"hasNextPage": True})
    assert not page({"hasNextPage": False})
    assert page(None)


@pytest.mark.parametrize(
    "answer", [None, {}, {"status": "success", "data": {}}, {"status": "error", "data": []}, [BOOKING]]
)
def test_what_is_no_list_is_not_read_as_an_empty_one(answer: object) -> None:
    with pytest.raises(wire.UnreadableError):
        wire.read_page(answer, page_size=100)


def test_one_unreadable_row_spoils_the_page_for_it_could_be_ours() -> None:
    with pytest.raises(wire.UnreadableError):
        wire.read_page({"status": "success", "data": [BOOKING, {"uid": "x"}]}, page_size=100)


EVENT_TYPE: dict[str, Any] = {
    "id": 7,
    "slug": "consultation",
    "title": "Consultation",
    "lengthInMinutes": 30,
    "bookingFields": [
        {"slug": "email", "type": "email", "required": True, "hidden": False},
        {"slug": "title", "type": "text", "required": True, "hidden": True},
        {"slug": "kind", "type": "select", "required": False, "options": ["first", {"label": "R", "value": "repeat"}]},
    ],
    "scheduleId": None,
}


def test_an_event_type_with_everything_off_is_plain() -> None:
    off = {"disabled": True}
    plain = EVENT_TYPE | {"confirmationPolicy": off, "seats": off, "recurrence": off, "price": 0}
    for data in (plain, EVENT_TYPE, EVENT_TYPE | {"recurrence": None, "seatsPerTimeSlot": None}):
        event_type = wire.read_event_type(data, time_zone="UTC")
        assert event_type.refuses_repeats
        assert (event_type.price, event_type.verifies_email, event_type.cancelling_disabled) == (0, False, False)


def test_an_event_type_with_everything_on_says_so() -> None:
    event_type = wire.read_event_type(
        EVENT_TYPE
        | {
            "lengthInMinutesOptions": [30, 60],
            "confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": False},
            "seats": {"disabled": False, "seatsPerTimeSlot": 3},
            "price": 500,
            "recurrence": {"disabled": False, "interval": 1, "occurrences": 3, "frequency": "weekly"},
            "requiresBookerEmailVerification": True,
            "disableCancelling": {"disabled": True},
            "disableRescheduling": {"disabled": True},
            "minimumBookingNotice": 120,
            "schedulingType": "roundRobin",
        },
        time_zone="Europe/Berlin",
    )
    assert event_type.length_options == (30, 60)
    assert event_type.fields == (
        BookingField(slug="email", type="email", required=True),
        BookingField(slug="title", type="text", required=True, hidden=True),
        BookingField(slug="kind", type="select", options=("first", "repeat")),
    )
    assert (event_type.needs_confirmation, event_type.seats, event_type.price) == (True, 3, 500)
    assert (event_type.recurring, event_type.verifies_email) == (True, True)
    assert (event_type.cancelling_disabled, event_type.rescheduling_disabled) == (True, True)
    assert (event_type.notice_minutes, event_type.scheduling, event_type.time_zone) == (
        120,
        "roundRobin",
        "Europe/Berlin",
    )


def test_an_event_type_without_a_length_is_refused() -> None:
    with pytest.raises(wire.UnreadableError):
        wire.read_event_type(EVENT_TYPE | {"lengthInMinutes": None}, time_zone="UTC")


@pytest.mark.parametrize(
    ("row", "url"),
    [
        ({"location": "https://meet.example/abc"}, "https://meet.example/abc"),
        ({"meetingUrl": "https://meet.example/old"}, "https://meet.example/old"),
        ({"location": "1 Main St, New York", "meetingUrl": None}, ""),
        ({"location": "integrations:daily"}, ""),
        ({}, ""),
    ],
)
def test_where_to_join_by_video_is_an_address_of_the_web(row: dict[str, Any], url: str) -> None:
    assert wire.read_booking(BOOKING | row).meeting_url == url


def test_the_owner_is_read_with_their_address() -> None:
    owner = wire.read_owner({"id": 1, "username": "anna", "email": "anna@example.com"}, time_zone="UTC")
    assert owner == Owner(username="anna", name="", time_zone="UTC", email="anna@example.com")
