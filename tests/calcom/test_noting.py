"""What an attempt's record tells of a request to Cal.com: which, when and how long, and nothing about anybody."""

from __future__ import annotations

import json

import pytest

from app.calcom import calls
from app.calcom.client import CalcomCalendar
from app.calcom.noting import asked
from app.domain.appointments import Attendee
from app.domain.outcomes import HIDDEN, Asked
from app.domain.ports import BookingWish
from tests.calcom.conftest import access_to
from tests.calcom.examples import AT, HOUR, WISH, failure, refusal, row
from tests.calcom.scripted_server import ScriptedServer, Step, close, data

JANE = Attendee(name="Canary Quoll", email="canary@example.com", phone="+14155550137", language="de")
UID = "canary_uid"


def test_a_booking_is_noted_by_time_event_type_and_the_names_of_its_fields() -> None:
    wish = BookingWish(
        event_type_id=7,
        attendee=JANE,
        starts_at=AT,
        field_answers={"reason": "canary bite"},
        metadata={"ringbook_job": "job_canary", "notes": "canary"},
    )
    noted = asked(calls.book(wish))
    assert noted == Asked(
        method="POST",
        path="/bookings",
        body={
            "start": "2026-11-23T14:00:00Z",
            "eventTypeId": 7,
            "attendee": dict.fromkeys(("name", "timeZone", "email", "phoneNumber", "language"), HIDDEN),
            "bookingFieldsResponses": {"reason": HIDDEN},
            "metadata": {"ringbook_job": HIDDEN, "notes": HIDDEN},
        },
    )
    assert "canary" not in json.dumps(noted.body).lower()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            calls.move(UID, AT, "canary"),
            Asked(
                method="POST",
                path="/bookings/{uid}/reschedule",
                body={"start": "2026-11-23T14:00:00Z", "reschedulingReason": HIDDEN},
            ),
        ),
        (
            calls.cancel(UID, "canary"),
            Asked(method="POST", path="/bookings/{uid}/cancel", body={"cancellationReason": HIDDEN}),
        ),
        (calls.booking(UID), Asked(method="GET", path="/bookings/{uid}")),
        (
            calls.bookings(starts_from=AT, ends_by=AT + HOUR, event_type_id=7, email=JANE.email, skip=0),
            Asked(
                method="GET",
                path="/bookings",
                query={
                    "status": "upcoming,unconfirmed",
                    "afterStart": "2026-11-23T14:00:00Z",
                    "beforeEnd": "2026-11-23T15:00:00Z",
                    "take": "250",
                    "skip": "0",
                    "eventTypeId": "7",
                    "attendeeEmail": HIDDEN,
                },
            ),
        ),
    ],
)
def test_neither_uids_nor_reasons_nor_addresses_are_noted(call: calls.Call, expected: Asked) -> None:
    assert asked(call) == expected


@pytest.mark.parametrize("answer", [data(row()), refusal(400, "Something else"), close])
def test_whatever_a_write_comes_to_it_is_noted_with_its_duration(calendar: CalcomCalendar, answer: Step) -> None:
    with ScriptedServer(answer) as server:
        trace = calendar.book(access_to(server.url), WISH).trace
    assert trace.request == asked(calls.book(WISH))
    assert trace.duration_ms is not None
    assert trace.duration_ms >= 0


@pytest.mark.parametrize(("steps", "status"), [((refusal(401, "Invalid Access Token."),), 401), ((close, close), None)])
def test_a_look_that_fails_is_noted_too(calendar: CalcomCalendar, steps: tuple[Step, ...], status: int | None) -> None:
    with ScriptedServer(*steps) as server:
        trace = failure(lambda: calendar.booking(access_to(server.url), UID)).trace
    assert (trace.request, trace.http_status) == (Asked(method="GET", path="/bookings/{uid}"), status)
    assert trace.duration_ms is not None
