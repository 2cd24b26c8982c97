"""Booking, moving and cancelling, against a server that says what the test wants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.calcom.client import CalcomCalendar
from app.domain.appointments import Attendee
from app.domain.notices import JOB_KEY
from tests.calcom.conftest import access_to
from tests.calcom.examples import AT, WISH, refusal, row
from tests.calcom.scripted_server import ScriptedServer, Step, answer, data
from tests.calcom.told import told


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (row(), "succeeded abc"),
        (row(status="pending"), "succeeded abc"),
        ([row(), row(uid="later", start="2026-11-30T14:00:00.000Z")], "succeeded abc"),
        (row(start="2026-11-23T15:00:00.000Z"), "unknown"),
        (row(status="cancelled"), "unknown"),
        (row(status="rejected"), "unknown"),
        (row(status="ACCEPTED"), "unknown"),
        (row(uid=None), "unknown"),
        ([], "unknown"),
        (None, "unknown"),
    ],
)
def test_a_booking_counts_only_if_the_answer_shows_it(calendar: CalcomCalendar, made: Any, expected: str) -> None:
    with ScriptedServer(data(made, 201)) as server:
        assert told(calendar.book(access_to(server.url), WISH)) == expected


JANES = [{"name": "Jane", "email": "Jane@example.com"}]
SMS = [{"name": "Jane", "email": "4915112345678@sms.cal.com", "phoneNumber": "+4915112345678"}]
SEATS = [
    {"name": "Joe", "email": "joe@example.com", "seatUid": "s1", "metadata": {JOB_KEY: "job_2"}},
    {"name": "Jane", "email": "jane@example.com", "seatUid": "s2", "metadata": {JOB_KEY: "job_1"}},
]
JOES = [{"name": "Joe", "email": "joe@example.com"}]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (row(metadata={JOB_KEY: "job_1"}, attendees=JANES), "succeeded abc"),
        (row(metadata={JOB_KEY: "job_1"}, attendees=JOES), "succeeded abc"),  # its name was changed on the way
        (row(metadata={JOB_KEY: "job_2"}, attendees=JANES), "succeeded abc"),  # asked twice (recording 186)
        (row(metadata={JOB_KEY: "job_2"}, attendees=SMS), "succeeded abc"),  # its e-mail is hidden (recording 129)
        (row(metadata={}, attendees=JOES), "succeeded abc"),
        (row(seatUid="s2", attendees=SEATS), "succeeded abc"),
        (row(metadata={JOB_KEY: "job_2"}, attendees=JOES), "unknown"),
        (row(seatUid="s1", attendees=SEATS), "unknown"),
    ],
)
def test_what_another_job_booked_for_another_person_does_not_count(
    calendar: CalcomCalendar, made: dict[str, Any], expected: str
) -> None:
    jane = Attendee(name="Jane", email="jane@example.com", phone="+4915112345678")
    wish = replace(WISH, attendee=jane, metadata={JOB_KEY: "job_1"})
    with ScriptedServer(data(made, 201)) as server:
        assert told(calendar.book(access_to(server.url), wish)) == expected


def test_a_success_that_says_error_is_unknown(calendar: CalcomCalendar) -> None:
    with ScriptedServer(answer(200, {"status": "error", "data": row()})) as server:
        assert told(calendar.book(access_to(server.url), WISH)) == "unknown"


def test_seconds_count_and_their_fractions_do_not(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(row(uid="new"), 201)) as server:
        here = access_to(server.url)
        assert told(calendar.move(here, "abc", AT.replace(microsecond=999), "")) == "succeeded new"
        assert told(calendar.move(here, "abc", AT.replace(second=1), "")) == "unknown"


@pytest.mark.parametrize("uid", ["", "..", ".", "a/b", "a b", "a?b", "a%2Fb", "x" * 129, "ü"])
def test_what_is_no_uid_is_never_sent(calendar: CalcomCalendar, uid: str) -> None:
    with ScriptedServer(data(row())) as server:
        here = access_to(server.url)
        assert told(calendar.move(here, uid, AT, "")) == "failed unknown_appointment"
        assert told(calendar.cancel(here, uid, "")) == "failed unknown_appointment"
        assert calendar.booking(here, uid) is None
        assert server.connections == 0


@pytest.mark.parametrize(("came_from", "expected"), [("abc", "new"), ("", "new"), ("another", None)])
def test_a_move_counts_only_if_the_answer_is_about_this_booking(
    calendar: CalcomCalendar, came_from: str, expected: str | None
) -> None:
    with ScriptedServer(data(row(uid="new", rescheduledFromUid=came_from), 201)) as server:
        moved = told(calendar.move(access_to(server.url), "abc", AT, "later"))
    assert moved == (f"succeeded {expected}" if expected else "unknown")


def test_a_cancel_counts_only_if_the_answer_says_that_this_booking_is_cancelled(calendar: CalcomCalendar) -> None:
    another = row(uid="another", status="cancelled")
    with ScriptedServer(data(row(status="cancelled")), data(row(status="accepted")), data(another)) as server:
        here = access_to(server.url)
        assert told(calendar.cancel(here, "abc", "sick")) == "succeeded abc"
        assert told(calendar.cancel(here, "abc", "sick")) == "unknown"
        assert told(calendar.cancel(here, "abc", "sick")) == "unknown"


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (data(row(status="cancelled")), "succeeded abc"),
        (data(row(status="rejected")), "succeeded abc"),
        (data(row(status="cancelled", rescheduledToUid="new")), "moved new"),
        (data(row(status="accepted")), "unknown"),
        (refusal(404, "Booking with uid=abc was not found in the database"), "failed unknown_appointment"),
        (answer(500, {}), "retry"),
        (data({}), "unknown"),
    ],
)
def test_cancelled_already_is_done_unless_the_appointment_lives_on_elsewhere(
    calendar: CalcomCalendar, look: Step, expected: str
) -> None:
    already = "Can't cancel booking with uid=abc because it has been cancelled already. Please provide uid of"
    with ScriptedServer(refusal(400, already), look) as server:
        assert told(calendar.cancel(access_to(server.url), "abc", "")) == expected
        assert [request.split(" ")[0] for request in server.requests] == ["POST", "GET"]
