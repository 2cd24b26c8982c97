"""What is sent to Cal.com, byte for byte where it matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.calcom import calls, languages
from app.domain.appointments import Attendee
from app.domain.ports import BookingWish

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def wish(attendee: Attendee, **more: dict[str, str]) -> BookingWish:
    return BookingWish(
        event_type_id=7,
        attendee=attendee,
        starts_at=AT,
        field_answers=more.get("field_answers", {}),
        metadata=more.get("metadata", {}),
    )


def test_a_booking_says_everything_it_was_given() -> None:
    jane = Attendee(
        name="Jane Doe",
        email="jane@example.com",
        phone="+12125550123",
        time_zone="America/New_York",
        language="es-MX",
    )
    call = calls.book(wish(jane, field_answers={"reason": "check-up"}, metadata={"ringbook": "job_1"}))
    assert (call.method, call.path, call.version) == ("POST", "/bookings", "2024-08-13")
    assert call.body == {
        "start": "2026-11-23T14:00:00Z",
        "eventTypeId": 7,
        "attendee": {
            "name": "Jane Doe",
            "timeZone": "America/New_York",
            "email": "jane@example.com",
            "phoneNumber": "+12125550123",
            "language": "es",
        },
        "bookingFieldsResponses": {"reason": "check-up"},
        "metadata": {"ringbook": "job_1"},
    }


def test_a_booking_sends_nothing_it_was_not_given() -> None:
    by_phone = Attendee(name="Jane Doe", phone="+12125550123", time_zone="UTC", language="tlh")
    assert calls.book(wish(by_phone)).body == {
        "start": "2026-11-23T14:00:00Z",
        "eventTypeId": 7,
        "attendee": {"name": "Jane Doe", "timeZone": "UTC", "phoneNumber": "+12125550123"},
    }


def test_answers_to_what_the_attendee_says_and_empty_ones_are_left_out() -> None:
    answers = {"name": "x", "email": "x@example.com", "attendeePhoneNumber": "1", "kind": "", "notes": "back pain"}
    body = calls.book(wish(Attendee(name="J", email="j@example.com"), field_answers=answers)).body
    assert body is not None
    assert body["bookingFieldsResponses"] == {"notes": "back pain"}


@pytest.mark.parametrize("zone", ["+05:30", "Mars/Phobos", "", "../etc/passwd"])
def test_a_zone_cal_com_would_refuse_becomes_utc(zone: str) -> None:
    assert calls.attendee(Attendee(name="J", time_zone=zone))["timeZone"] == "UTC"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("pt_br", "pt-BR"),
        ("pt-PT", "pt"),
        ("zh", "zh-CN"),
        ("zh-Hant-TW", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("es-419", "es-419"),
        ("nb-NO", "no"),
        ("iw", "he"),
        ("tlh", ""),
        ("", ""),
    ],
)
def test_a_language_is_mapped_to_one_cal_com_knows_or_left_out(tag: str, code: str) -> None:
    assert languages.fitting(tag) == code


def test_metadata_is_cut_to_what_cal_com_takes_and_the_first_entries_stay() -> None:
    entries = {"ringbook": "job_1", "k" * 41: "v" * 501, "k" * 42: "lost"} | {f"more{n}": "x" for n in range(60)}
    fitted = calls.metadata(entries)
    assert len(fitted) == 50
    assert list(fitted)[:2] == ["ringbook", "k" * 40]
    assert fitted["k" * 40] == "v" * 500


def test_metadata_is_counted_as_javascript_counts() -> None:
    assert calls.metadata({"notes": "x" + "😀" * 300}) == {"notes": "x" + "😀" * 249}


def test_a_move_sends_the_start_and_the_reason_only_if_there_is_one() -> None:
    with_reason = calls.move("abc", AT, "caller asked")
    assert (with_reason.method, with_reason.path) == ("POST", "/bookings/abc/reschedule")
    assert with_reason.body == {"start": "2026-11-23T14:00:00Z", "reschedulingReason": "caller asked"}
    assert calls.move("abc", AT, "").body == {"start": "2026-11-23T14:00:00Z"}


def test_a_cancel_always_gives_a_reason() -> None:
    assert calls.cancel("abc", "sick").body == {"cancellationReason": "sick"}
    assert calls.cancel("abc", " ").body == {"cancellationReason": "Cancelled by phone"}
    assert calls.cancel("abc", "").path == "/bookings/abc/cancel"


def test_times_go_out_in_utc_whatever_zone_they_came_in() -> None:
    new_york = timezone(timedelta(hours=-5))
    assert calls.stamp(datetime(2026, 11, 23, 9, 0, 0, 999, tzinfo=new_york)) == "2026-11-23T14:00:00Z"


@pytest.mark.parametrize(
    ("end", "sent"),
    [
        (datetime(2026, 11, 25, tzinfo=UTC), "2026-11-24T23:59:59Z"),
        (datetime(2026, 11, 25, 1, tzinfo=timezone(timedelta(hours=1))), "2026-11-24T23:59:59Z"),
        (datetime(2026, 11, 25, 0, 0, 0, 5, tzinfo=UTC), "2026-11-24T23:59:59Z"),
        (datetime(2026, 11, 25, 5, tzinfo=UTC), "2026-11-25T05:00:00Z"),
    ],
)
def test_the_end_of_a_slots_query_is_never_exactly_midnight(end: datetime, sent: str) -> None:
    query = calls.openings(7, AT, end, "").query
    assert query == {"eventTypeId": "7", "start": "2026-11-23T14:00:00Z", "end": sent}


def test_a_slots_query_for_a_move_names_the_booking() -> None:
    call = calls.openings(7, AT, AT + timedelta(hours=1), "abc")
    assert call.version == "2024-09-04"
    assert call.query["bookingUidToReschedule"] == "abc"


def test_a_list_always_names_the_states_it_wants() -> None:
    upcoming = calls.bookings(
        starts_from=AT, ends_by=AT + timedelta(hours=1), event_type_id=7, email="jane+tag@example.com", skip=100
    )
    assert dict(upcoming.query) == {
        "status": "upcoming,unconfirmed",
        "afterStart": "2026-11-23T14:00:00Z",
        "beforeEnd": "2026-11-23T15:00:00Z",
        "take": "250",
        "skip": "100",
        "eventTypeId": "7",
        "attendeeEmail": "jane+tag@example.com",
    }
    assert dict(calls.bookings_made_since(AT, skip=0).query) == {
        "status": "upcoming,unconfirmed,past,cancelled",
        "afterCreatedAt": "2026-11-23T14:00:00Z",
        "take": "250",
        "skip": "0",
    }


def test_each_group_of_endpoints_gets_its_own_version() -> None:
    assert calls.event_type(7).version == "2024-06-14"
    assert (calls.schedule(3).path, calls.schedule(3).version) == ("/schedules/3", "2024-06-11")
    assert calls.schedule(None).path == "/schedules/default"
    assert (calls.owner().path, calls.owner().version) == ("/me", "")
