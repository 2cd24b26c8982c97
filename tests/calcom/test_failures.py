"""What refusals and silences lead to, and what is kept of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from app.calcom.calls import Operation
from app.calcom.failures import outcome_of, outcome_of_silence
from app.calcom.silence import NoAnswerError, NotSentError
from app.calcom.transport import Reply
from tests.calcom.refusals import BOOK, BOOKINGS, OPENINGS, REFUSALS, enveloped, raw
from tests.calcom.told import told


@pytest.mark.parametrize(("operation", "reply", "expected"), REFUSALS)
def test_a_refusal_leads_to_its_outcome(operation: Operation, reply: Reply, expected: str) -> None:
    assert told(outcome_of(reply, operation, uid="old")) == expected


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-reset-default": "42"}, 42.0),
        ({"retry-after": "7", "x-ratelimit-reset-default": "42"}, 7.0),
        ({"retry-after": "3600"}, 60.0),
        ({"retry-after": "0"}, 1.0),
        ({"retry-after": "Mon, 02 Jan 2006 15:04:05 GMT"}, 1.0),
        ({"x-ratelimit-reset-guests": "12"}, 12.0),
        ({"retry-after": "soon"}, 60.0),
        ({"retry-after": "Mon, 01 Jan 2024 00:00:00 +99999999999999"}, 60.0),
        ({}, 60.0),
    ],
)
def test_too_many_requests_waits_as_long_as_it_was_told_and_does_not_count(
    headers: dict[str, str], wait: float
) -> None:
    reply = Reply(status=429, headers=headers, body={"status": "error", "error": {"details": "Too many requests."}})
    assert told(outcome_of(reply, BOOK)) == f"retry after {wait:g}, not counted"


def test_a_date_in_retry_after_is_understood() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    outcome: Any = outcome_of(Reply(status=429, headers={"retry-after": at}, body=None), BOOK)
    assert 25 < outcome.wait <= 30


@pytest.mark.parametrize(
    ("error", "write", "look"),
    [
        (NotSentError("not_connected", "ConnectionRefusedError"), "retry", "retry"),
        (NotSentError("bad_key"), "failed upstream_key", "failed upstream_key"),
        (NotSentError("bad_url"), "failed not_connected", "failed not_connected"),
        (NoAnswerError("timed_out"), "unknown", "retry"),
        (NoAnswerError("cut_off", "RemoteDisconnected"), "unknown", "retry"),
        (NoAnswerError("too_large"), "unknown", "retry"),
    ],
)
def test_silence_leaves_a_write_unknown_unless_nothing_was_sent(
    error: NotSentError | NoAnswerError, write: str, look: str
) -> None:
    assert told(outcome_of_silence(error, BOOK)) == write
    assert told(outcome_of_silence(error, OPENINGS)) == look


@pytest.mark.parametrize("body", [None, [], "text", {"error": "text"}, {"error": {"message": 7, "code": None}}, {}])
def test_a_body_of_any_shape_is_survived(body: object) -> None:
    trace = outcome_of(Reply(status=418, headers={}, body=body), BOOK).trace
    assert (trace.http_status, trace.code) == (418, "418")


def test_a_trace_keeps_what_helps_and_nothing_secret() -> None:
    message = (
        "PermissionsGuard - no oAuth client found for access token=cal_live_abc123 of jane@example.com, "
        "+1 (212) 555-0123,\n  booking with uid=r584j3juacHSTj66jbo9og"
    )
    trace = outcome_of(enveloped(403, message), BOOKINGS, key="cal_live_abc123").trace
    assert trace.code == "ForbiddenException"
    assert trace.detail == ("PermissionsGuard - no oAuth client found for access token=… of …@…, …, booking with uid=…")


def test_a_long_text_is_cut() -> None:
    assert len(outcome_of(raw(400, "word " * 200), BOOK).trace.detail) == 200
