"""Booking, moving and cancelling, against a server that says what the test wants."""

from __future__ import annotations

from typing import Any

import pytest

from app.calcom.client import CalcomCalendar
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


def test_a_cancel_counts_only_if_the_answer_says_cancelled(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(row(status="cancelled")), data(row(status="accepted"))) as server:
        here = access_to(server.url)
        assert told(calendar.cancel(here, "abc", "sick")) == "succeeded abc"
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
