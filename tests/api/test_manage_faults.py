"""A faulty request is refused with every fault named at once, before any use case is called."""

from __future__ import annotations

import pytest

from app.api.json_body import MAX_BODY
from app.domain.appointments import Action
from tests.api.doubles import BOOK, IDS, URL, UseCasesDouble, client_of


def refused(body, *, status=400, **options):
    """The error of a request that must not reach the use case."""
    use_cases = UseCasesDouble()
    send = {"json": body} if isinstance(body, dict) else {"data": body, "content_type": "application/json"}
    response = client_of(use_cases).post(URL, **(send | options))
    assert response.status_code == status, response.get_json()
    assert use_cases.requests == []
    assert response.get_json()["success"] is False
    assert response.get_json()["message"]
    return response.get_json()["error"]


def faults(body, **options):
    error = refused(body, **options)
    assert error["code"] == "INVALID_REQUEST"
    return error["details"]


def test_all_faults_are_named_at_once():
    body = {
        "action": "book",
        "agent_id": "42",
        "org_id": None,
        "name": 5,
        "email": "not an address",
        "days_ahead": "7",
        "timezone": "Mars/Olympus",
        "notes": 7,
    }
    assert faults(body) == {
        "agent_id": "must be a UUID",
        "org_id": "is required",
        "name": "must be text",
        "email": "is not a complete email address",
        "days_ahead": "must be a whole number",
        "timezone": "must be the IANA name of a time zone",
        "notes": "must be text",
        "appointment_datetime": "is required",
    }


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, {"action", "agent_id", "org_id"}),
        ({"action": "", "agent_id": " ", "org_id": ""}, {"action", "agent_id", "org_id"}),
        ({"action": "book", **IDS}, {"name", "email", "phone", "appointment_datetime"}),
        ({"action": "create", **IDS, "phone": "+14157774444"}, {"name", "appointment_datetime"}),
        ({**BOOK, "name": "  ", "email": ""}, {"name", "email", "phone"}),
        ({"action": "reschedule", **IDS}, {"appointment_id", "appointment_datetime"}),
        ({"action": "cancel", **IDS}, {"appointment_id"}),
        ({"action": "list", **IDS}, {"email", "phone"}),
    ],
)
def test_each_action_names_the_fields_it_needs(body, missing):
    found = faults(body)
    assert set(found) == missing
    assert all("is required" in reason for reason in found.values())


WHOLE = {**BOOK, "phone": "+14157774444", "appointment_id": "appt_1"}


@pytest.mark.parametrize("nothing", [None, "", "   ", "\t\n"])
@pytest.mark.parametrize(
    ("action", "field"),
    [
        *((action, field) for action in [*Action, "create"] for field in ("agent_id", "org_id", "action")),
        *((action, field) for action in ("book", "create") for field in ("name", "appointment_datetime")),
        ("reschedule", "appointment_id"),
        ("reschedule", "appointment_datetime"),
        ("cancel", "appointment_id"),
    ],
)
def test_null_or_a_blank_in_a_required_field_is_not_given(action, field, nothing):
    assert faults(WHOLE | {"action": action, field: nothing}) == {field: "is required"}


@pytest.mark.parametrize("nothing", [None, "", "   ", "\t\n", "\u202e"])
@pytest.mark.parametrize("action", ["book", "create", "list"])
def test_null_or_a_blank_in_both_contacts_is_no_contact(action, nothing):
    assert faults(WHOLE | {"action": action, "email": nothing, "phone": nothing}) == {
        "email": "or phone is required",
        "phone": "or email is required",
    }
    use_cases = UseCasesDouble()
    for contact in ("email", "phone"):
        assert client_of(use_cases).post(URL, json=WHOLE | {"action": action, contact: nothing}).status_code == 200
        assert getattr(use_cases.requests[-1], contact) == ""


@pytest.mark.parametrize("action", ["suggest", "availability"])
def test_looking_for_times_needs_nothing_more(action):
    assert client_of(UseCasesDouble()).post(URL, json={"action": action, **IDS}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "delete"),
        ("action", ["book"]),
        ("agent_id", "{0195d2a0-7f5c-7cc2-9a5b-0123456789ab}"),
        ("agent_id", "0195d2a07f5c7cc29a5b0123456789ab"),
        ("org_id", 12),
        ("name", {"first": "Alex"}),
        ("name", "x" * 201),
        ("email", "a" * 250 + "@b.co"),
        ("email", "alex"),
        ("phone", 4157774444),
        ("phone", "1" * 41),
        ("appointment_datetime", "next Thursday"),
        ("appointment_datetime", "2026-03-21"),
        ("appointment_datetime", 1773828000),
        ("appointment_id", True),
        ("appointment_id", "x" * 201),
        ("call_session_id", 7),
        ("notes", ["a"]),
        ("days_ahead", "7"),
        ("days_ahead", 7.5),
        ("days_ahead", True),
        ("days_ahead", [7]),
        ("days_ahead", ""),
        ("timezone", "Berlin"),
        ("timezone", "x" * 65),
        ("timezone", "../etc/passwd"),
    ],
)
def test_a_wrong_value_is_named(field, value):
    assert list(faults(BOOK | {field: value})) == [field]


def test_an_unknown_action_is_told_which_there_are():
    reason = faults(BOOK | {"action": "delete"})["action"]
    assert reason == "must be one of book, reschedule, cancel, suggest, availability, list, create"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"action": NaN}',
        b'{"action": Infinity}',
        b'{"action": "book", "action": "cancel"}',
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b'{"days_ahead": ' + b"9" * 5_000 + b"}",
        b"null",
        b"[]",
        b'"book"',
        b"action=book",
        '{"action": "book"}'.encode("utf-16"),
    ],
)
def test_what_is_not_a_json_object_is_refused(body):
    assert list(faults(body)) == ["body"]


def test_an_infinite_number_is_not_a_whole_one():
    assert list(faults(b'{"action": "suggest", "days_ahead": 1e999}'))[-1] == "days_ahead"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {},
    ],
)
def test_another_type_than_json_is_refused_with_415(headers):
    assert refused(b"{}", status=415, content_type=None, headers=headers)["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_a_body_over_64_kib_is_refused_with_413():
    body = BOOK | {"unknown": "x" * MAX_BODY}
    assert refused(body, status=413)["code"] == "PAYLOAD_TOO_LARGE"


def test_a_body_of_64_kib_is_read():
    start = b'{"action": "suggest", "agent_id": "%s", "org_id": "%s", "x": "' % tuple(v.encode() for v in IDS.values())
    body = start + b"x" * (MAX_BODY - len(start) - 2) + b'"}'
    assert len(body) == 65_536
    response = client_of(UseCasesDouble()).post(URL, data=body, content_type="application/json")
    assert response.status_code == 200


def test_a_key_that_cannot_be_one_is_refused():
    assert list(faults(BOOK, headers={"Idempotency-Key": "x" * 256})) == ["Idempotency-Key"]


def test_a_refusal_never_repeats_what_was_sent():
    canary = "canary@canary"
    error = refused(BOOK | {"email": canary, "timezone": canary, "appointment_datetime": canary, "action": canary})
    assert canary not in str(error)
