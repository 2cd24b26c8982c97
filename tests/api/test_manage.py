"""The manage endpoint hands the request on as it was meant, and the answer back as the caller wants it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.caller_secrets import NO_PROOF
from app.domain.errors import RefusedError
from app.services.manage_appointment import ManageRequest
from tests.api.doubles import AGENT, BOOK, IDS, ORG, URL, UseCasesDouble, an_answer, at, client_of, full_answer


def sent(body=None, **options) -> ManageRequest:
    """The request the use case got."""
    use_cases = UseCasesDouble()
    response = client_of(use_cases).post(URL, json=BOOK | (body or {}), **options)
    assert response.status_code == 200, response.get_json()
    return use_cases.requests[0]


def test_every_field_reaches_the_use_case():
    whole = {
        **BOOK,
        "phone": "+14157774444",
        "appointment_id": "appt_1",
        "call_session_id": "call-7",
        "notes": "Left knee",
        "days_ahead": 12,
        "timezone": "Europe/Paris",
        "unknown": {"from": "the platform"},
    }
    request = sent(whole)
    assert json.loads(request.proof.body) == whole
    assert request.spent > 0
    assert replace(request, proof=NO_PROOF, spent=0.0) == ManageRequest(
        action=Action.BOOK,
        agent_id=AGENT,
        org_id=ORG,
        name="Alex Moreau",
        email="alex@example.com",
        phone="+14157774444",
        appointment_datetime="2026-03-21T10:00:00+01:00",
        appointment_id="appt_1",
        call_session_id="call-7",
        notes="Left knee",
        days_ahead=12,
        timezone="Europe/Paris",
    )


@pytest.mark.parametrize(
    ("word", "action"),
    [
        ("create", Action.BOOK),
        ("Book ", Action.BOOK),
        ("reschedule", Action.RESCHEDULE),
        ("cancel", Action.CANCEL),
        ("suggest", Action.SUGGEST),
        ("availability", Action.AVAILABILITY),
        ("list", Action.LIST),
    ],
)
def test_actions_and_their_aliases_are_understood(word, action):
    assert sent({"action": word, "appointment_id": "appt_1"}).action is action


def test_null_is_the_same_as_not_given():
    request = sent({"phone": None, "days_ahead": None, "timezone": None, "notes": None, "appointment_id": None})
    assert (request.phone, request.days_ahead, request.timezone, request.notes) == ("", None, "", "")


def test_a_time_zone_is_taken_in_any_case_and_handed_on_in_its_own_spelling():
    assert sent({"timezone": " america/NEW_york "}).timezone == "America/New_York"
    assert sent({"timezone": "  "}).timezone == ""


def test_long_notes_and_call_ids_are_cut_because_any_string_will_do():
    request = sent({"notes": "n" * 1999 + " more", "call_session_id": "c" * 201})
    assert request.notes == "n" * 1999
    assert request.call_session_id == "c" * 200


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_none(key):
    assert sent(headers={"Idempotency-Key": key}).idempotency_key == ""
    assert sent({"tool_call_id": "call_abc"}, headers={"Idempotency-Key": key}).idempotency_key == "call_abc"


def test_days_ahead_may_be_any_whole_number_and_is_handed_on_as_it_is():
    assert [sent({"days_ahead": days}).days_ahead for days in (0, -3, 31, 7.0, 10**30)] == [0, -3, 31, 7, 10**30]


def test_control_characters_are_stripped_from_free_text():
    request = sent({"name": " Al\x00ex\r\n\u202eMoreau\ud800 ", "notes": "one\r\ntwo\x07\tthree\x1b[0m "})
    assert request.name == "Alex Moreau"
    assert request.notes == "one\ntwo\tthree[0m"


def test_ids_are_compared_in_lower_case():
    assert sent({"agent_id": AGENT.upper()}).agent_id == AGENT


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/vnd.tool+json"])
def test_json_is_taken_under_all_its_names(content_type):
    use_cases = UseCasesDouble()
    body = "\ufeff" + json.dumps({"action": "suggest", **IDS})
    response = client_of(use_cases).post(URL, data=body.encode(), content_type=content_type)
    assert response.status_code == 200
    assert use_cases.requests[0].action is Action.SUGGEST


def test_the_wait_and_the_key_come_from_headers():
    request = sent(headers={"Prefer": "wait=3", "Idempotency-Key": "key-1", "X-Caller-Secret": "s3"})
    assert (request.wait, request.idempotency_key, request.proof.secret) == (3.0, "key-1", "s3")


def test_the_applied_preference_is_said():
    client = client_of(UseCasesDouble())
    applied = client.post(URL, json=BOOK, headers={"Prefer": "respond-async"}).headers["Preference-Applied"]
    assert applied == "respond-async"
    assert "Preference-Applied" not in client.post(URL, json=BOOK, headers={"Prefer": "wait=x"}).headers


def test_a_look_at_the_calendar_is_never_asynchronous():
    request = sent({"action": "suggest"}, headers={"Prefer": "respond-async"})
    assert request.wait is None


@pytest.mark.parametrize("name", ["tool_call_id", "toolCallId"])
def test_the_tool_call_id_is_the_key_where_no_header_gives_one(name):
    assert sent({name: "call_abc"}).idempotency_key == "call_abc"
    assert sent({name: "call_abc"}, headers={"Idempotency-Key": "mine"}).idempotency_key == "mine"


@pytest.mark.parametrize("value", [5, "", None, {"a": 1}, "x" * 256, "line\nfeed"])
def test_a_tool_call_id_that_is_no_use_is_ignored_like_any_unknown_field(value):
    assert sent({"tool_call_id": value}).idempotency_key == ""


def test_an_api_key_sent_here_is_ignored():
    assert sent(headers={"X-Api-Key": "whatever", "Authorization": "Bearer x"}).action is Action.BOOK


@pytest.mark.parametrize("result", list(Result))
def test_always_200_changes_the_status_and_not_one_byte_of_the_body(result):
    plain = client_of(UseCasesDouble(answer=full_answer(result))).post(URL, json=BOOK)
    asked = client_of(UseCasesDouble(answer=full_answer(result))).post(URL, json=BOOK, headers={"X-Always-200": "true"})
    assert asked.status_code == 200
    assert asked.data == plain.data
    assert asked.headers.get("Retry-After") == plain.headers.get("Retry-After")


def test_the_agents_own_setting_makes_every_status_200():
    answer = an_answer(Result.SLOT_TAKEN, always_200=True)
    response = client_of(UseCasesDouble(answer=answer)).post(URL, json=BOOK)
    assert response.status_code == 200
    assert response.get_json()["error"]["code"] == "SLOT_UNAVAILABLE"


def test_a_refusal_keeps_what_it_knows_and_follows_the_header():
    refusal = RefusedError(Result.RATE_LIMITED, agent_name="Dr. Rivera", retry_after=9)
    client = client_of(UseCasesDouble(refusal=refusal))
    plain = client.post(URL, json=BOOK)
    assert (plain.status_code, plain.headers["Retry-After"]) == (429, "9")
    asked = client.post(URL, json=BOOK, headers={"X-Always-200": "true"})
    assert (asked.status_code, asked.data) == (200, plain.data)


def test_a_refusal_offers_the_times_it_knows():
    refusal = RefusedError(Result.SLOT_TAKEN, agent_name="Dr. Rivera", openings=(at(21, 9, 30),))
    response = client_of(UseCasesDouble(refusal=refusal)).post(URL, json=BOOK)
    assert response.status_code == 422
    details = response.get_json()["error"]["details"]
    assert (details["action"], details["agent_name"]) == ("book", "Dr. Rivera")
    assert details["available_slots"] == [{"date": "2026-03-21", "date_label": "Tomorrow", "slots": ["9:30 AM"]}]


def test_nobody_learns_which_org_or_agent_exists():
    answers = []
    for ids in (IDS, {"agent_id": ORG, "org_id": ORG}, {"agent_id": AGENT, "org_id": AGENT}):
        client = client_of(UseCasesDouble(refusal=RefusedError(Result.FORBIDDEN)))
        answers.append(client.post(URL, json=BOOK | ids))
    assert {response.status_code for response in answers} == {403}
    assert len({response.data for response in answers}) == 1
