"""What goes over the wire, on which connection, and what never does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from app.calcom.client import CalcomCalendar
from tests.calcom.conftest import KEY, access_to
from tests.calcom.examples import AT, HOUR, WISH, closed_port, row
from tests.calcom.scripted_server import (
    ScriptedServer,
    answer,
    close,
    data,
)
from tests.calcom.told import told


def test_a_booking_request_on_the_wire(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(row(), 201)) as server:
        assert told(calendar.book(access_to(server.url + "/"), WISH)) == "succeeded abc"
        head, _, body = server.requests[0].partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0] == "POST /v2/bookings HTTP/1.1"
    for line in (
        f"Authorization: Bearer {KEY}",
        "cal-api-version: 2024-08-13",
        "Content-Type: application/json",
        "User-Agent: Ringbook-Test/1",
    ):
        assert line in lines
    assert any(line.startswith("X-Request-Id: ") for line in lines)
    assert json.loads(body)["attendee"]["name"] == "Zoë Doe"


def test_a_list_request_on_the_wire_encodes_the_plus(calendar: CalcomCalendar) -> None:
    with ScriptedServer(answer(200, {"status": "success", "data": []})) as server:
        calendar.bookings(access_to(server.url), starts_from=AT, ends_by=AT + HOUR, email="zoe+tag@example.com")
        target = server.requests[0].split(" ")[1]
    assert "attendeeEmail=zoe%2Btag%40example.com" in target
    assert "status=upcoming%2Cunconfirmed" in target
    assert "afterStart=2026-11-23T14%3A00%3A00Z" in target


def test_looks_keep_their_connection_and_writes_another(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data({}), data({}), data(row(), 201), data(row(), 201), data({})) as server:
        here = access_to(server.url)
        for _ in range(2):
            calendar.openings(here, 7, AT, AT + HOUR)
        assert server.connections == 1
        for _ in range(2):
            calendar.book(here, WISH)
        assert server.connections == 2
        calendar.openings(here, 7, AT, AT + HOUR)
        assert server.connections == 2


def test_a_look_on_a_kept_connection_that_was_closed_meanwhile_just_works(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data({}), close, data({})) as server:
        here = access_to(server.url)
        assert calendar.openings(here, 7, AT, AT + HOUR) == []
        assert calendar.openings(here, 7, AT, AT + HOUR) == []
        assert len(server.requests) == 3


def test_cookies_of_one_account_are_not_sent_for_another(calendar: CalcomCalendar) -> None:
    cookie = answer(200, {"status": "success", "data": {}}, headers="Set-Cookie: who=acc_1\r\n")
    with ScriptedServer(cookie) as server:
        for key in ("cal_one", "cal_two"):
            calendar.openings(access_to(server.url, key), 7, AT, AT + HOUR)
        assert "cookie" not in "".join(server.requests).lower()


def test_proxies_and_netrc_of_the_environment_are_ignored(
    calendar: CalcomCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    monkeypatch.setenv("ALL_PROXY", closed_port())
    with ScriptedServer(data(row(), 201)) as server:
        assert told(calendar.book(access_to(server.url), WISH)) == "succeeded abc"


@pytest.mark.parametrize("key", ["cal_x\r\nX-Evil: 1", " cal_x", "cal_schlüssel", "cal_x\x7f"])
def test_a_key_that_is_no_header_value_is_refused_unsent(calendar: CalcomCalendar, key: str) -> None:
    with ScriptedServer(data(row(), 201)) as server:
        outcome = calendar.book(access_to(server.url, key), WISH)
        assert told(outcome) == "failed upstream_key"
        assert server.connections == 0


@pytest.mark.parametrize(
    "url", ["", "api.cal.com/v2", "ftp://api.cal.com/v2", "http://u:p@127.0.0.1/v2", "http://[::1/v2", "http://h:99999"]
)
def test_a_base_url_that_is_none_is_a_matter_of_the_set_up(calendar: CalcomCalendar, url: str) -> None:
    assert told(calendar.book(access_to(url), WISH)) == "failed not_connected"


def test_threads_share_one_calendar(calendar: CalcomCalendar) -> None:
    outcomes: list[str] = []
    with ScriptedServer(data({})) as server:

        def look() -> None:
            for _ in range(5):
                calendar.openings(access_to(server.url), 7, AT, AT + HOUR)
            outcomes.append("done")

        in_parallel(look, 4)
        assert outcomes == ["done"] * 4
        assert (server.connections, len(server.requests)) == (4, 20)


def in_parallel(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
