"""Answers that do not come, or not whole: what is known of a write then, and how long it may take."""

from __future__ import annotations

import time

import pytest

from app.calcom.client import CalcomCalendar
from tests.calcom.conftest import access_to
from tests.calcom.examples import WISH, looked, row
from tests.calcom.scripted_server import (
    ScriptedServer,
    Step,
    answer,
    close,
    data,
    raw,
    reset,
    silence,
    then_close,
    trickle,
)
from tests.calcom.told import told

OK_HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"


TOO_LONG = 4.0
"""Seconds: 1 is the limit; without one the shortest of these ends after 5 (a hundred headers, one each 0.05 s)."""

FAULTS: list[tuple[str, Step, str]] = [
    ("closes without an answer", close, "cut_off"),
    ("resets the connection", reset, "cut_off"),
    ("never answers", silence, "timed_out"),
    ("sends its head too slowly", trickle(b"HTTP/1.1 201 Created\r\nX-Long: "), "timed_out"),
    ("sends header after header", trickle(b"HTTP/1.1 201 Created\r\n", drop=b"X-More: 1\r\n", every=0.05), "timed_out"),
    ("sends its body too slowly", trickle(OK_HEAD), "timed_out"),
    ("sends chunk after chunk", trickle(CHUNKED_HEAD, drop=b"1\r\nx\r\n"), "timed_out"),
    ("ends in the middle of the body", then_close(raw(OK_HEAD + b'{"status":"succ')), "cut_off"),
    ("ends in the middle of a chunk", then_close(raw(CHUNKED_HEAD + b"ff\r\n{")), "cut_off"),
    ("speaks no HTTP", raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "cut_off"),
    ("sends 10 MB", answer(201, b"[" + b"0," * 5_000_000 + b"0]"), "too_large"),
    (
        "sends 10 MB with a redirect",
        answer(302, b"x" * 10_000_000, headers="Location: http://127.0.0.1:1/x\r\n"),
        "too_large",
    ),
    (
        "calls plain text gzip",
        answer(201, b"plain text", headers="Content-Encoding: gzip\r\n"),
        "cut_off",
    ),
]


@pytest.mark.parametrize(("fault", "step", "code"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
def test_a_write_whose_answer_is_lost_is_unknown_and_sent_once(
    calendar: CalcomCalendar, fault: str, step: Step, code: str
) -> None:
    with ScriptedServer(step) as server:
        started = time.monotonic()
        outcome = calendar.book(access_to(server.url), WISH)
        assert time.monotonic() - started < TOO_LONG
        assert (told(outcome), outcome.trace.code) == ("unknown", code)
        assert len(server.requests) == 1


@pytest.mark.parametrize(("fault", "step", "code"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
def test_a_look_whose_answer_is_lost_may_be_tried_again(
    calendar: CalcomCalendar, fault: str, step: Step, code: str
) -> None:
    with ScriptedServer(step) as server:
        started = time.monotonic()
        outcome = looked(calendar, access_to(server.url))
        assert time.monotonic() - started < TOO_LONG
        assert (told(outcome), outcome.trace.code) == ("retry", code)
        assert len(server.requests) == (2 if code == "cut_off" else 1)


def test_a_redirect_is_not_followed_and_the_key_stays_here(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(row(), 201)) as elsewhere:
        moved = answer(302, b"", headers=f"Location: {elsewhere.url}/bookings\r\n")
        with ScriptedServer(moved) as server:
            assert told(calendar.book(access_to(server.url), WISH)) == "failed upstream_refused"
            assert told(looked(calendar, access_to(server.url))) == "failed upstream_refused"
        assert elsewhere.requests == []
    with ScriptedServer(answer(302, b"", headers="Location: http://[::1\r\n")) as server:
        assert told(calendar.book(access_to(server.url), WISH)) == "failed upstream_refused"


@pytest.mark.parametrize(
    "body", [b"<html>Welcome</html>", b"", b'{"status":"success","data":', b"[" * 200_000, b'"text"', b"\xff\xfe"]
)
def test_a_success_that_is_not_cal_coms_json_is_unknown(calendar: CalcomCalendar, body: bytes) -> None:
    with ScriptedServer(answer(201, body)) as server:
        outcome = calendar.book(access_to(server.url), WISH)
        assert (told(outcome), outcome.trace.code, outcome.trace.http_status) == ("unknown", "unreadable", 201)
        assert told(looked(calendar, access_to(server.url))) == "unknown"


def test_a_gateways_page_leaves_a_write_unknown_and_a_look_for_later(calendar: CalcomCalendar) -> None:
    with ScriptedServer(answer(502, b"<html>Bad gateway</html>", kind="text/html")) as server:
        assert told(calendar.book(access_to(server.url), WISH)) == "unknown"
        assert told(looked(calendar, access_to(server.url))) == "retry"
