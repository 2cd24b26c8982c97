"""What is read of Cal.com's webhooks, in all the forms in which it writes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.notices import Told, pause_after, read_told

TWO_PM = datetime(2026, 12, 30, 14, 0, tzinfo=UTC)


def told(trigger: str, **payload: Any) -> Told:
    return read_told(json.dumps({"triggerEvent": trigger, "payload": payload}).encode())


@pytest.mark.parametrize("text", ["2026-12-30T14:00:00Z", "2026-12-30T14:00:00+00:00", "2026-12-30T14:00:00.000Z"])
def test_times_are_read_in_all_three_forms(text: str) -> None:
    assert told("BOOKING_CREATED", uid="a", startTime=text).starts_at == TWO_PM


@pytest.mark.parametrize("text", ["2026-12-30T14:00:00", "soon", "", None, 7, "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_is_left_out(text: Any) -> None:
    assert told("BOOKING_CREATED", uid="a", startTime=text).starts_at is None


def test_a_move_names_both_uids_both_times_and_our_job() -> None:
    metadata = {"ringbook_job": "job_1", "ringbook_appointment": "appt_1"}
    moved = {"uid": "new", "rescheduleUid": "old", "rescheduleStartTime": "2026-12-29T14:00:00Z"}
    found = told("BOOKING_RESCHEDULED", startTime="2026-12-30T14:00:00Z", metadata=metadata, **moved)
    assert found == Told(
        trigger="BOOKING_RESCHEDULED",
        uid="new",
        former_uid="old",
        job_id="job_1",
        starts_at=TWO_PM,
        former_starts_at=datetime(2026, 12, 29, 14, 0, tzinfo=UTC),
    )


def test_only_news_of_bookings_is_followed() -> None:
    followed = ("BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "BOOKING_REJECTED")
    assert all(told(trigger, uid="a").is_followed for trigger in followed)
    for other in ("PING", "BOOKING_PAID", "BOOKING_NO_SHOW_UPDATED", "MEETING_STARTED", "", "OF_TOMORROW"):
        assert not told(other, uid="a").is_followed
    assert not told("BOOKING_CREATED").is_followed


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b'{"payload": []}', b'{"payload": {"metadata": 3, "uid": {}}}'])
def test_what_has_another_form_says_nothing(raw: bytes) -> None:
    assert read_told(raw) == Told()


def test_a_text_too_long_for_an_id_is_left_out() -> None:
    assert told("BOOKING_CREATED", uid="a" * 129).uid == ""


def test_pauses_grow_to_a_minute() -> None:
    assert [pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 4, 5, 6, 99)] == [2, 4, 10, 30, 60, 60, 60]
