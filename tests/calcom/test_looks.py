"""Bookings, openings, event types and owners, against a server that says what the test wants."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from app.calcom.client import CalcomCalendar
from app.domain.appointments import Booking
from app.domain.errors import CalendarError
from app.domain.outcomes import Outcome
from app.domain.ports import Owner
from tests.calcom.conftest import KEY, access_to
from tests.calcom.examples import AT, HOUR, failure, refusal, row
from tests.calcom.scripted_server import ScriptedServer, Step, answer, close, data
from tests.calcom.told import told


def test_a_booking_is_none_only_where_cal_com_says_it_does_not_know_it(calendar: CalcomCalendar) -> None:
    unknown = refusal(404, "Booking with uid=abc was not found in the database")
    with ScriptedServer(unknown, answer(404, b"<html>", kind="text/html"), refusal(401, "Invalid Access Token.")) as s:
        here = access_to(s.url)
        assert calendar.booking(here, "abc") is None
        assert told(failure(lambda: calendar.booking(here, "abc"))) == "failed upstream_refused"
        assert told(failure(lambda: calendar.booking(here, "abc"))) == "failed upstream_key"


def test_a_booking_is_read_with_its_chain(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(row(status="cancelled", rescheduledToUid="new", rescheduledFromUid="old"))) as server:
        booking = calendar.booking(access_to(server.url), "abc")
    assert isinstance(booking, Booking)
    assert (booking.moved_from, booking.moved_to, booking.status.is_live) == ("old", "new", False)


def listed(*rows: dict[str, Any], more: bool = False) -> Step:
    return answer(200, {"status": "success", "data": list(rows), "pagination": {"hasNextPage": more}})


def long_list(pages: int) -> list[Step]:
    """Each page begins with the end of the last."""
    return [listed(row(uid=f"u{number}"), row(uid=f"u{number + 1}"), more=True) for number in range(pages)]


def test_rows_that_were_not_asked_for_are_dropped(calendar: CalcomCalendar) -> None:
    page = listed(
        row(uid="wanted"),
        row(uid="guest", attendees=[{"email": "x@example.com"}, {"email": "jane@example.com"}]),
        row(uid="cancelled", status="cancelled"),
        row(uid="rejected", status="rejected"),
        row(uid="other-type", eventTypeId=8),
        row(uid="no-type", eventTypeId=None),
        row(uid="other-person", attendees=[{"email": "Jane@example.com"}]),
        row(uid="early", start="2026-11-23T13:59:59.000Z"),
        row(uid="late", end="2026-11-23T15:00:01.000Z"),
    )
    with ScriptedServer(page) as server:
        here = access_to(server.url)
        found = calendar.bookings(here, starts_from=AT, ends_by=AT + HOUR, event_type_id=7, email="jane@example.com")
        assert [booking.uid for booking in found] == ["wanted", "guest"]
        anyones = calendar.bookings(here, starts_from=AT, ends_by=AT + HOUR)
        assert [booking.uid for booking in anyones] == ["wanted", "guest", "other-type", "no-type", "other-person"]


def test_all_pages_of_a_list_are_read_and_no_row_twice(calendar: CalcomCalendar) -> None:
    pages = [listed(row(uid="a"), row(uid="b"), more=True), listed(row(uid="b"), row(uid="c"))]
    with ScriptedServer(*pages) as server:
        found = calendar.bookings(access_to(server.url), starts_from=AT, ends_by=AT + HOUR)
        assert [booking.uid for booking in found] == ["a", "b", "c"]
        assert ["skip=0" in server.requests[0], "skip=225" in server.requests[1]] == [True, True]


def test_a_list_that_never_ends_or_breaks_off_is_not_taken_for_whole(calendar: CalcomCalendar) -> None:
    def look(server: ScriptedServer) -> Outcome:
        return failure(lambda: calendar.bookings(access_to(server.url), starts_from=AT, ends_by=AT + HOUR))

    with ScriptedServer(listed(row(uid="a"), more=True)) as server:
        outcome = look(server)
        assert (told(outcome), outcome.trace.code, len(server.requests)) == ("unknown", "endless_list", 2)
    with ScriptedServer(*long_list(25)) as server:
        outcome = look(server)
        assert (told(outcome), outcome.trace.code, len(server.requests)) == ("unknown", "endless_list", 20)
    with ScriptedServer(listed(row(uid="a"), more=True), answer(500, {})) as server:
        assert told(look(server)) == "retry"


def test_a_long_list_has_one_time_limit_for_all_its_pages(calendar: CalcomCalendar) -> None:
    def slowly(step: Step) -> Step:
        def later(connection: Any) -> None:
            time.sleep(0.3)
            step(connection)

        return later

    with ScriptedServer(*map(slowly, long_list(20))) as server:
        started = time.monotonic()
        outcome = failure(lambda: calendar.bookings(access_to(server.url), starts_from=AT, ends_by=AT + HOUR))
        assert time.monotonic() - started < 5.0  # all twenty pages would take 6 s
        assert told(outcome) == "retry"
        assert len(server.requests) < 8


def test_openings_are_clipped_sorted_and_told_once(calendar: CalcomCalendar) -> None:
    slots = {
        "2026-11-24": [{"start": "2026-11-23T14:45:00Z"}, {"start": "2026-11-23T15:00:00Z"}],
        "2026-11-23": [
            {"start": "2026-11-23T15:30:00.000+01:00"},
            {"start": "2026-11-23T14:30:00.000Z"},
            {"start": "2026-11-23T14:00:00.000Z"},
            {"start": "2026-11-23T13:45:00.000Z"},
        ],
    }
    with ScriptedServer(data(slots)) as server:
        found = calendar.openings(access_to(server.url), 7, AT, AT + HOUR)
    assert found == [AT, AT + timedelta(minutes=30), AT + timedelta(minutes=45)]


def test_no_openings_are_no_error_and_an_empty_window_is_not_asked_for(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data({})) as server:
        assert calendar.openings(access_to(server.url), 7, AT, AT + HOUR) == []
        assert calendar.openings(access_to(server.url), 7, AT, AT) == []
        assert len(server.requests) == 1


TYPE = {"id": 7, "slug": "consultation", "title": "Consultation", "lengthInMinutes": 30, "bookingFields": []}
ME = {"id": 1, "username": "anna", "name": None, "timeZone": "Europe/Rome"}


def test_the_zone_of_an_event_type_is_that_of_its_schedule(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(TYPE | {"scheduleId": 9}), data({"timeZone": "Asia/Tokyo"})) as server:
        assert calendar.event_type(access_to(server.url), 7).time_zone == "Asia/Tokyo"
        assert [request.split(" ")[1] for request in server.requests] == ["/v2/event-types/7", "/v2/schedules/9"]


def test_without_a_schedule_of_its_own_the_default_one_and_then_the_owner_tell_the_zone(
    calendar: CalcomCalendar,
) -> None:
    hidden, missing = refusal(403, "Forbidden"), refusal(404, "Schedule not found")
    with ScriptedServer(data(TYPE | {"scheduleId": 9}), hidden, data({"timeZone": "Asia/Tokyo"})) as server:
        assert calendar.event_type(access_to(server.url), 7).time_zone == "Asia/Tokyo"
    with ScriptedServer(data(TYPE), missing, data(ME), missing) as server:
        assert calendar.event_type(access_to(server.url), 7).time_zone == "Europe/Rome"


def test_a_schedule_that_cannot_be_read_now_is_not_guessed(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(TYPE), answer(500, {})) as server:
        assert told(failure(lambda: calendar.event_type(access_to(server.url), 7))) == "retry"


def test_an_event_type_that_is_gone_is_a_matter_of_the_set_up(calendar: CalcomCalendar) -> None:
    with ScriptedServer(refusal(404, "Event type with id 7 not found")) as server:
        assert told(failure(lambda: calendar.event_type(access_to(server.url), 7))) == "failed not_connected"


def test_the_owner_is_told_with_the_zone_of_the_default_schedule(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(ME), data({"timeZone": "Asia/Tokyo"})) as server:
        assert calendar.owner(access_to(server.url)) == Owner(username="anna", name="", time_zone="Asia/Tokyo")
    with ScriptedServer(data({}), data(None)) as server:
        assert told(failure(lambda: calendar.owner(access_to(server.url)))) == "unknown"


def test_the_key_shows_in_no_trace_and_no_error(calendar: CalcomCalendar) -> None:
    echo = answer(403, {"error": {"code": "ForbiddenException", "message": f"PermissionsGuard - token {KEY} unknown"}})
    with ScriptedServer(echo, close) as server:
        for _ in range(2):
            with pytest.raises(CalendarError) as caught:
                calendar.owner(access_to(server.url))
            assert KEY not in repr(caught.value.outcome)
            assert KEY not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_pages_that_cal_coms_totals_promise_and_that_are_empty_end_a_list_by_change(calendar: CalcomCalendar) -> None:
    pages = [listed(row(uid="a"), row(uid="b"), more=True), listed(more=True)]
    for look in (
        lambda access: calendar.bookings_made_since(access, AT),
        lambda access: calendar.bookings_changed_between(access, AT, None),
    ):
        with ScriptedServer(*pages) as server:
            assert [booking.uid for booking in look(access_to(server.url))] == ["a", "b"]
            assert len(server.requests) == 2
