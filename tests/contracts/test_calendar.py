"""The Cal.com client against the stand-in as a process of its own: it books, moves, cancels, and survives faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.calcom.client import CalcomCalendar
from app.calcom.transport import TimeLimits
from app.domain.appointments import Attendee, Booking
from app.domain.directory import Access
from app.domain.errors import CalendarError
from app.domain.outcomes import Outcome, Succeeded
from app.domain.ports import BookingWish, Owner
from tests.calcom.conftest import access_to
from tests.calcom.told import told
from tests.support.sandbox import ANNA, BERT, RIVERA, SandboxProcess, running_sandbox

NORMAL, CONSULTATION, BY_REQUEST, BY_PHONE = 1, 101, 102, 103
JANE = Attendee(name="Jane Doe", email="jane+tag@example.com", time_zone="America/New_York", language="en-US")
LIMITS = TimeLimits(slots_read=1.0, look_read=1.0, write_read=1.0, look_total=1.5, write_total=1.5)


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with running_sandbox("--slots-cache", "0", "--rate-limit", "0") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(process: SandboxProcess) -> Iterator[SandboxProcess]:
    process.reset()
    yield process
    process.clear_faults()


@pytest.fixture(scope="module")
def calendar() -> Iterator[CalcomCalendar]:
    calendar = CalcomCalendar(LIMITS, "Ringbook-Test/1")
    yield calendar
    calendar.close()


@pytest.fixture
def access(sandbox: SandboxProcess) -> Access:
    return access_to(f"{sandbox.url}/v2", RIVERA)


def wish(
    at: datetime, *, event_type_id: int = CONSULTATION, attendee: Attendee = JANE, key: str = "job_1"
) -> BookingWish:
    return BookingWish(
        event_type_id=event_type_id,
        attendee=attendee,
        starts_at=at,
        field_answers={"notes": "back pain"},
        metadata={"ringbook": key},
    )


def openings(calendar: CalcomCalendar, access: Access, of: int = CONSULTATION, moving_uid: str = "") -> list[datetime]:
    start = datetime.now(UTC) + timedelta(hours=3)  # the notice is two: what is found stays bookable during a test
    return calendar.openings(access, of, start, start + timedelta(days=7), moving_uid=moving_uid)


def booked(outcome: Outcome) -> Booking:
    assert isinstance(outcome, Succeeded), outcome
    return outcome.booking


def failure(calendar: CalcomCalendar, access: Access) -> str:
    with pytest.raises(CalendarError) as caught:
        openings(calendar, access)
    return told(caught.value.outcome)


def test_a_booking_is_made_found_moved_and_cancelled(calendar: CalcomCalendar, access: Access) -> None:
    first, second, *_ = openings(calendar, access)
    made = booked(calendar.book(access, wish(first)))
    assert (made.starts_at, made.status, made.attendee_email) == (first, "accepted", "jane+tag@example.com")
    assert made.metadata["ringbook"] == "job_1"
    assert first not in openings(calendar, access)
    assert first in openings(calendar, access, moving_uid=made.uid)

    found = calendar.bookings(
        access,
        starts_from=first,
        ends_by=first + timedelta(minutes=30),
        event_type_id=CONSULTATION,
        email="jane+tag@example.com",
    )
    assert [booking.uid for booking in found] == [made.uid]

    moved = booked(calendar.move(access, made.uid, second, "caller asked"))
    assert (moved.starts_at, moved.moved_from) == (second, made.uid)
    assert moved.uid != made.uid
    old = calendar.booking(access, made.uid)
    assert old is not None
    assert (old.status, old.moved_to) == ("cancelled", moved.uid)
    assert told(calendar.move(access, made.uid, first, "")) == f"moved {moved.uid}"
    assert told(calendar.cancel(access, made.uid, "")) == f"moved {moved.uid}"

    assert booked(calendar.cancel(access, moved.uid, "")).status == "cancelled"
    assert told(calendar.cancel(access, moved.uid, "")) == f"succeeded {moved.uid}"
    assert told(calendar.move(access, moved.uid, first, "")) == "failed already_cancelled"
    assert calendar.bookings(access, starts_from=first, ends_by=second + timedelta(hours=1)) == []


def test_a_phone_number_alone_is_enough_where_the_event_type_says_so(calendar: CalcomCalendar, access: Access) -> None:
    at = openings(calendar, access)[0]
    by_phone = Attendee(name="Jane", phone="+12125550123")
    made = booked(calendar.book(access, wish(at, event_type_id=BY_PHONE, attendee=by_phone)))
    assert (made.attendee_email, made.attendee_phone) == ("12125550123@sms.cal.com", "+12125550123")
    found = calendar.bookings(access, starts_from=at, ends_by=at + timedelta(hours=1), email="12125550123@sms.cal.com")
    assert [booking.uid for booking in found] == [made.uid]
    assert told(calendar.book(access, wish(at, attendee=by_phone))) == "failed email_needed"


def test_an_event_type_that_needs_confirmation_yields_a_pending_booking(
    calendar: CalcomCalendar, access: Access
) -> None:
    assert calendar.event_type(access, BY_REQUEST).needs_confirmation
    at = openings(calendar, access)[0]
    made = booked(calendar.book(access, wish(at, event_type_id=BY_REQUEST)))
    assert made.status == "pending"
    assert [booking.uid for booking in calendar.bookings(access, starts_from=at, ends_by=at + timedelta(hours=1))] == [
        made.uid
    ]


def test_refusals_are_told_apart(calendar: CalcomCalendar, access: Access, sandbox: SandboxProcess) -> None:
    at = openings(calendar, access)[0]
    booked(calendar.book(access, wish(at)))
    assert told(calendar.book(access, wish(at, key="job_2"))) == "slot slot_taken"
    assert told(calendar.book(access, wish(datetime.now(UTC) - timedelta(days=1)))) == "slot slot_past"
    assert told(calendar.book(access, wish(datetime.now(UTC) + timedelta(minutes=10)))) == "slot slot_not_offered"
    assert told(calendar.book(access, wish(at, event_type_id=999999))) == "failed not_connected"
    assert told(calendar.move(access, "nosuchuid", at, "")) == "failed unknown_appointment"
    assert told(calendar.cancel(access, "nosuchuid", "")) == "failed unknown_appointment"
    assert calendar.booking(access, "nosuchuid") is None
    for key in ("cal_nobody", "cal_sandbox_expired", "cal_sandbox_revoked", "no_prefix"):
        stranger = access_to(access.base_url, key)
        assert told(calendar.book(stranger, wish(at))) == "failed upstream_key"
        with pytest.raises(CalendarError) as caught:
            calendar.owner(stranger)
        assert told(caught.value.outcome) == "failed upstream_key"


def test_limits_and_locks_of_event_types(calendar: CalcomCalendar, sandbox: SandboxProcess) -> None:
    anna = access_to(f"{sandbox.url}/v2", ANNA)
    found = openings(calendar, anna, NORMAL)
    first, second = next(pair for pair in pairwise(found) if pair[0].date() == pair[1].date())
    booked(calendar.book(anna, wish(first, event_type_id=10)))
    assert told(calendar.book(anna, wish(second, event_type_id=10))) == "slot limit_reached"
    kept = booked(calendar.book(anna, wish(second, event_type_id=12)))
    assert told(calendar.cancel(anna, kept.uid, "")) == "failed not_cancellable"
    assert told(calendar.book(anna, wish(second, event_type_id=19))) == "failed not_bookable"
    assert told(calendar.book(anna, wish(second, event_type_id=8))) == "failed not_bookable"


def test_owners_and_event_types_are_read(calendar: CalcomCalendar, sandbox: SandboxProcess) -> None:
    anna, bert = access_to(f"{sandbox.url}/v2", ANNA), access_to(f"{sandbox.url}/v2", BERT)
    owner = Owner(username="bert", name="Bert Other", time_zone="Europe/Berlin", email="bert@host.example.com")
    assert calendar.owner(bert) == owner
    assert calendar.event_type(bert, 20).time_zone == "Europe/Berlin"
    assert calendar.event_type(anna, 9).length_options == (30, 60)
    assert (calendar.event_type(anna, 4).seats, calendar.event_type(anna, 17).recurring) == (3, True)
    assert calendar.event_type(anna, 24).scheduling == "roundRobin"
    with pytest.raises(CalendarError):
        calendar.event_type(anna, 20)


FAULTS = [
    ("rate_limited", "retry after 60, not counted", 0),
    ("server_error", "unknown", 0),
    ("server_error_after_commit", "unknown", 1),
    ("bad_gateway_html", "unknown", 0),
    ("bad_gateway_html=after", "unknown", 1),
    ("unavailable", "unknown", 0),
    ("slow_after_commit=3", "unknown", 1),
    ("cut_before_commit", "unknown", 0),
    ("cut_after_commit", "unknown", 1),
    ("garbage_json", "unknown", 1),
    ("truncated", "unknown", 1),
    ("conflict", "slot slot_taken", 0),
    ("prisma_timeout", "unknown", 0),
    ("record_not_found", "unknown", 1),
]


@pytest.mark.parametrize(("fault", "expected", "made"), FAULTS)
def test_a_booking_met_by_a_fault_is_never_told_wrongly_and_never_sent_twice(
    calendar: CalcomCalendar, access: Access, sandbox: SandboxProcess, fault: str, expected: str, made: int
) -> None:
    at = openings(calendar, access)[0]
    sandbox.faults([fault])
    assert told(calendar.book(access, wish(at))) == expected
    assert len([one for one in sandbox.journal("request") if one["method"] == "POST"]) == 1
    assert len(sandbox.bookings("accepted")) == made
    if expected == "unknown":
        found = calendar.bookings(access, starts_from=at, ends_by=at + timedelta(hours=1), email=JANE.email)
        assert [booking.metadata["ringbook"] for booking in found] == ["job_1"] * made


@pytest.mark.parametrize("fault", ["server_error_after_commit", "cut_after_commit", "truncated", "garbage_json"])
def test_a_move_or_a_cancel_whose_answer_is_lost_is_unknown_and_can_be_found_out(
    calendar: CalcomCalendar, access: Access, sandbox: SandboxProcess, fault: str
) -> None:
    first, second, *_ = openings(calendar, access)
    made = booked(calendar.book(access, wish(first)))
    sandbox.faults([fault])
    assert told(calendar.move(access, made.uid, second, "")) == "unknown"
    old = calendar.booking(access, made.uid)
    assert old is not None
    sandbox.faults([fault])
    assert told(calendar.cancel(access, old.moved_to, "")) == "unknown"
    new = calendar.booking(access, old.moved_to)
    assert new is not None
    assert new.status == "cancelled"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("rate_limited", "retry after 60, not counted"),
        ("server_error", "retry"),
        ("bad_gateway_html", "retry"),
        ("unavailable", "retry"),
        ("slow=3", "retry"),
        ("garbage_json", "unknown"),
    ],
)
def test_a_look_met_by_a_fault_says_when_to_look_again(
    calendar: CalcomCalendar, access: Access, sandbox: SandboxProcess, fault: str, expected: str
) -> None:
    sandbox.faults([fault])
    assert failure(calendar, access) == expected


@pytest.mark.parametrize("fault", ["cut_before_commit", "truncated"])
def test_a_look_whose_connection_breaks_is_made_once_more(
    calendar: CalcomCalendar, access: Access, sandbox: SandboxProcess, fault: str
) -> None:
    sandbox.faults([fault])
    assert openings(calendar, access)
    sandbox.faults([fault, fault])
    assert failure(calendar, access) == "retry"
