"""Every result has its status, its code and the contract's body."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.api.answers import RESULTS, render
from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from tests.api.doubles import JOB, NOW, PUBLIC_URL, a_listed, an_answer, at, full_answer

NINE_KEYS = [
    "success",
    "message",
    "summary",
    "action",
    "appointment_id",
    "date_time",
    "agent_name",
    "action_required",
    "available_slots",
]

STATUSES = {
    "booked": (200, None),
    "requested": (200, None),
    "cancelled": (200, None),
    "openings": (200, None),
    "no_openings": (200, None),
    "listed": (200, None),
    "none_listed": (200, None),
    "confirming": (202, None),
    "slot_taken": (422, "SLOT_UNAVAILABLE"),
    "slot_not_offered": (422, "SLOT_UNAVAILABLE"),
    "slot_past": (422, "SLOT_UNAVAILABLE"),
    "limit_reached": (422, "SLOT_UNAVAILABLE"),
    "invalid": (400, "INVALID_REQUEST"),
    "time_skipped": (400, "INVALID_REQUEST"),
    "time_past": (400, "INVALID_REQUEST"),
    "email_needed": (400, "INVALID_REQUEST"),
    "phone_needed": (400, "INVALID_REQUEST"),
    "too_large": (413, "PAYLOAD_TOO_LARGE"),
    "not_json": (415, "UNSUPPORTED_MEDIA_TYPE"),
    "not_connected": (400, "NOT_CONNECTED"),
    "not_bookable": (409, "CONFLICT"),
    "forbidden": (403, "FORBIDDEN"),
    "not_verified": (403, "FORBIDDEN"),
    "unknown_appointment": (404, "NOT_FOUND"),
    "already_cancelled": (409, "CONFLICT"),
    "already_over": (409, "CONFLICT"),
    "not_cancellable": (409, "CONFLICT"),
    "person_limit": (409, "CONFLICT"),
    "key_reused": (409, "CONFLICT"),
    "unknown_job": (404, "NOT_FOUND"),
    "rate_limited": (429, "RATE_LIMITED"),
    "overloaded": (503, "OVERLOADED"),
    "upstream_refused": (502, "BAD_GATEWAY"),
    "upstream_down": (502, "BAD_GATEWAY"),
    "upstream_key": (502, "BAD_GATEWAY"),
    "outcome_unknown": (502, "BAD_GATEWAY"),
    "discarded": (409, "CONFLICT"),
    "internal": (500, "INTERNAL_ERROR"),
    "no_route": (404, "NOT_FOUND"),
    "no_method": (405, "METHOD_NOT_ALLOWED"),
}


def test_the_table_has_one_row_for_every_result():
    assert {result.value: tuple(row) for result, row in RESULTS.items()} == STATUSES
    assert set(RESULTS) == set(Result)


@pytest.mark.parametrize("result", list(Result))
def test_every_result_has_a_sentence_and_one_of_the_two_shapes(result):
    rendered = render(full_answer(result), NOW, PUBLIC_URL)
    assert rendered.body["message"]
    assert list(rendered.body) in (["success", "message", "data"], ["success", "message", "error"])
    if "data" in rendered.body:
        assert list(rendered.body["data"])[:9] == NINE_KEYS
        assert rendered.body["data"]["success"] == rendered.body["success"] == (rendered.status == 200)
    else:
        assert rendered.body["success"] is False
        assert list(rendered.body["error"]) == ["code", "message", "details"]
        assert rendered.body["error"]["message"]


def test_a_booking_is_dated_in_utc_to_the_second():
    data = render(an_answer(starts_at=at(21, 9).replace(microsecond=5)), NOW, PUBLIC_URL).body["data"]
    assert data["date_time"] == "2026-03-21T09:00:00Z"
    assert data["action"] == "book"
    assert data["appointment_id"] == "appt_123"
    assert data["agent_name"] == "Dr. Rivera"
    assert data["action_required"] == ""
    assert data["available_slots"] == []


@pytest.mark.parametrize("result", [Result.CANCELLED, Result.CONFIRMING, Result.OPENINGS])
def test_only_a_booked_appointment_has_a_date_because_a_date_reads_as_confirmed(result):
    assert render(an_answer(result), NOW, PUBLIC_URL).body["data"]["date_time"] == ""


def test_openings_are_grouped_by_date_in_the_zone_of_the_answer():
    openings = (at(20, 23, 30), at(21, 8), at(21, 10, 30), at(27, 12))
    data = render(an_answer(Result.OPENINGS, action=Action.SUGGEST, openings=openings), NOW, PUBLIC_URL).body["data"]
    assert [(day["date"], day["slots"]) for day in data["available_slots"]] == [
        ("2026-03-21", ["12:30 AM", "9:00 AM", "11:30 AM"]),
        ("2026-03-27", ["1:00 PM"]),
    ]
    assert data["available_slots"][0]["date_label"] == "Tomorrow"


def test_openings_that_are_asked_for_again_are_told_for_that_day_and_that_agent():
    """What was written is kept for a moment, and must not be told to others or on another day."""
    answer = an_answer(Result.OPENINGS, action=Action.SUGGEST, zone="UTC", openings=(at(21, 9),))
    before, after = at(20, 23, 59) + timedelta(seconds=59), at(21, 0)
    labels = [label_of(answer, now) for now in (before, before, after)]
    assert labels == ["Tomorrow", "Tomorrow", "Today"]
    assert label_of(replace(answer, language="de"), after) == "Heute"
    named = render(replace(answer, agent_name="Dr. Other"), after, PUBLIC_URL).body["data"]["agent_name"]
    assert named == "Dr. Other"


def label_of(answer: Answer, now: datetime) -> str:
    return str(render(answer, now, PUBLIC_URL).body["data"]["available_slots"][0]["date_label"])


def test_an_unavailable_slot_has_the_shape_of_the_page():
    answer = an_answer(Result.SLOT_TAKEN, action=Action.RESCHEDULE, openings=(at(22, 9),))
    status, body, _ = render(answer, NOW, PUBLIC_URL)
    assert status == 422
    details = body["error"]["details"]
    assert list(details) == ["summary", "action", "action_required", "agent_name", "available_slots"]
    assert details["action"] == "reschedule"
    assert details["action_required"] == "reschedule"
    assert details["agent_name"] == "Dr. Rivera"
    assert details["available_slots"] == [{"date": "2026-03-22", "date_label": "Sunday", "slots": ["10:00 AM"]}]


def test_an_unconfirmed_request_says_where_to_ask():
    answer = an_answer(Result.CONFIRMING, job_id=JOB, job_status="running")
    status, body, headers = render(answer, NOW, PUBLIC_URL + "/")
    address = f"https://ringbook.example/api/v1/jobs/{JOB}"
    assert status == 202
    assert body["success"] is False
    assert body["data"]["success"] is False
    assert body["data"]["summary"] == "Still confirming"
    assert body["data"]["action_required"] == "check_status"
    assert body["data"]["job_id"] == JOB
    assert body["data"]["status"] == "running"
    assert body["data"]["status_url"] == address
    assert headers == {"Retry-After": "2", "Location": address}


def test_listed_appointments_are_told_with_day_and_time():
    body = render(an_answer(Result.LISTED, action=Action.LIST, appointments=(a_listed(),)), NOW, PUBLIC_URL).body
    assert body["data"]["appointments"] == [
        {
            "appointment_id": "appt_9",
            "date_time": "2026-03-22T13:00:00Z",
            "date_label": "Sunday",
            "time": "2:00 PM",
            "status": "pending",
        }
    ]


def test_only_list_has_appointments():
    assert "appointments" not in render(an_answer(), NOW, PUBLIC_URL).body["data"]
    nothing = render(an_answer(Result.NONE_LISTED, action=Action.LIST), NOW, PUBLIC_URL).body["data"]
    assert nothing["appointments"] == []


def test_details_name_the_fields_at_fault():
    body = render(an_answer(Result.INVALID, fields={"name": "is required"}), NOW, PUBLIC_URL).body
    assert body["error"]["details"] == {"name": "is required"}


@pytest.mark.parametrize(("result", "field"), [(Result.EMAIL_NEEDED, "email"), (Result.PHONE_NEEDED, "phone")])
def test_a_refusal_for_want_of_a_field_names_it_even_when_a_job_found_out(result, field):
    assert list(render(an_answer(result), NOW, PUBLIC_URL).body["error"]["details"]) == [field]


def test_not_connected_has_its_details_as_a_string():
    assert (
        render(an_answer(Result.NOT_CONNECTED), NOW, PUBLIC_URL).body["error"]["details"] == "Cal.com is not connected"
    )


def test_other_errors_have_empty_details():
    assert render(an_answer(Result.FORBIDDEN, fields={"x": "y"}), NOW, PUBLIC_URL).body["error"]["details"] == {}


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (an_answer(Result.RATE_LIMITED, retry_after=17), "17"),
        (an_answer(Result.RATE_LIMITED), "30"),
        (an_answer(Result.OVERLOADED, retry_after=0), "1"),
        (an_answer(Result.OVERLOADED), "5"),
        (an_answer(Result.UPSTREAM_DOWN, retry_after=60), "60"),
        (an_answer(Result.UPSTREAM_DOWN), None),
        (an_answer(), None),
    ],
)
def test_retry_after_is_whole_seconds_where_asking_again_helps(answer, seconds):
    assert render(answer, NOW, PUBLIC_URL).headers.get("Retry-After") == seconds


def test_a_repeat_is_marked_as_one():
    assert render(an_answer(replayed=True), NOW, PUBLIC_URL).headers == {"Idempotency-Replayed": "true"}
    assert render(an_answer(), NOW, PUBLIC_URL).headers == {}
