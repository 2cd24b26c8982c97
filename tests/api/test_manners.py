"""A refusal speaks the agent's language and has the status it wants, however early it comes."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from app.domain.answers import Result
from app.domain.errors import RefusedError, StoreUnavailableError
from tests.api.doubles import AGENT, BOOK, IDS, ORG, URL, UseCasesDouble, an_agent, an_answer, client_of

GERMAN = an_agent(language="de", always_200=True)
BUSY = "Hier ist gerade sehr viel los, ich konnte das leider nicht annehmen."


def refusal_of(use_cases, body=None, **options):
    """Status, code and sentence."""
    response = client_of(use_cases).post(URL, json=BOOK | (body or {}), **options)
    return response.status_code, response.get_json()["error"]["code"], response.get_json()["message"]


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        ({"name": None}, {}, "Ich brauche noch Ihren Namen. Können Sie mir das bitte sagen?"),
        ({"name": None, "agent_id": f" {AGENT.upper()} "}, {}, "Ich brauche noch Ihren Namen."),
        ({"action": "delete"}, {}, "Das klappt wegen eines Fehlers auf unserer Seite leider nicht."),
        ({}, {"Idempotency-Key": "é"}, "Das klappt wegen eines Fehlers auf unserer Seite leider nicht."),
    ],
)
def test_a_faulty_request_is_refused_as_its_agent_wants(body, headers, said):
    status, code, sentence = refusal_of(UseCasesDouble(agent=GERMAN), body, headers=headers)
    assert (status, code) == (200, "INVALID_REQUEST")
    assert sentence.startswith(said)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StoreUnavailableError("no write"), "OVERLOADED"),
        (RuntimeError("unforeseen"), "INTERNAL_ERROR"),
        (RefusedError(Result.NOT_CONNECTED), "NOT_CONNECTED"),
    ],
)
def test_a_request_that_failed_is_answered_as_its_agent_wants(fault, code):
    status, found, sentence = refusal_of(UseCasesDouble(agent=GERMAN, refusal=fault))
    assert (status, found) == (200, code)
    assert "leider" in sentence


@pytest.mark.parametrize(
    ("always_200", "language", "status", "said"),
    [(False, "de", 400, "Ich brauche noch Ihren Namen"), (True, "en", 200, "I still need to know your name")],
)
def test_status_and_language_are_chosen_apart(always_200, language, status, said):
    agent = an_agent(always_200=always_200, language=language)
    found, _, sentence = refusal_of(UseCasesDouble(agent=agent), {"name": ""})
    assert found == status
    assert sentence.startswith(said)


@pytest.mark.parametrize(
    "ids",
    [
        {"agent_id": ORG},
        {"org_id": AGENT},
        {"agent_id": "42"},
        {"agent_id": None},
        {"org_id": ["x"]},
        {"org_id": {"a": 1}},
    ],
)
def test_without_a_known_agent_a_refusal_is_plain(ids):
    status, _, sentence = refusal_of(UseCasesDouble(agent=GERMAN), ids | {"name": ""})
    assert status == 400
    assert sentence == "I still need to know your name. Could you tell me that, please?"


def test_what_is_not_an_object_names_no_agent():
    client = client_of(UseCasesDouble(agent=GERMAN))
    for body in (b"{", json.dumps([IDS]).encode(), json.dumps("x").encode()):
        assert client.post(URL, data=body, content_type="application/json").status_code == 400


def test_while_the_database_fails_the_agents_last_answer_tells_how():
    use_cases = UseCasesDouble(answer=an_answer(language="de", always_200=True))
    client = client_of(use_cases)
    assert client.post(URL, json=BOOK).status_code == 200
    use_cases.refusal = use_cases.unreadable = StoreUnavailableError("gone")
    response = client.post(URL, json=BOOK)
    assert (response.status_code, response.get_json()["error"]["code"]) == (200, "OVERLOADED")
    assert response.get_json()["message"].startswith(BUSY)
    assert client.post(URL, json=BOOK | {"name": ""}).get_json()["message"].startswith("Ich brauche noch Ihren Namen")


def test_a_setting_that_was_changed_counts_at_once():
    use_cases = UseCasesDouble(answer=an_answer(language="de", always_200=True))
    client = client_of(use_cases)
    client.post(URL, json=BOOK)
    use_cases.agent = an_agent()
    response = client.post(URL, json=BOOK | {"name": ""})
    assert response.status_code == 400
    assert response.get_json()["message"].startswith("I still need to know your name")


@pytest.mark.parametrize("fault", [StoreUnavailableError("gone"), RuntimeError("unforeseen")])
def test_an_agent_that_cannot_be_read_never_fails_the_answer(fault):
    with capture_logs() as logs:
        status, code, sentence = refusal_of(UseCasesDouble(unreadable=fault), {"name": ""})
    assert (status, code) == (400, "INVALID_REQUEST")
    assert sentence.startswith("I still need to know your name")
    assert ("agent_was_not_read" in [entry["event"] for entry in logs]) is isinstance(fault, RuntimeError)
