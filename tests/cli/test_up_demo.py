"""`ringbook demo`: shows what is asked, answered and spoken, and never calls a failure a booking."""

from __future__ import annotations

import json
import shlex

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer

from app.cli.demo import as_curl, offered_times
from app.cli.demo_agent import AGENT_ID, ORG_ID
from app.cli.links import MANAGE
from app.cli.main import cli

SLOTS = [
    {"date": "2026-11-24", "date_label": "Tuesday", "slots": ["9:00 AM"]},
    {"date": "2026-11-23", "date_label": "Tomorrow", "slots": ["12:30 PM", "12:00 AM"]},
]
IDS = {"org_id": ORG_ID, "agent_id": AGENT_ID}
SUGGEST = {"action": "suggest", **IDS, "days_ahead": 7}
BOOK = {"action": "book", **IDS, "name": "Ada Example", "email": "ada@example.com"}


def run(server: HTTPServer):
    return CliRunner().invoke(cli, ["demo", "--url", server.url_for("")])


def answers(server: HTTPServer, body: dict[str, object], answer: object, status: int = 200) -> None:
    server.expect_request(MANAGE, method="POST", json=body).respond_with_json(answer, status=status)


def offer(server: HTTPServer, slots: object) -> None:
    data = {"success": True, "available_slots": slots}
    answers(server, SUGGEST, {"success": True, "message": "How about noon?", "data": data})


def test_the_first_offered_time_is_booked_and_the_next_one_is_left_to_try(httpserver):
    offer(httpserver, SLOTS)
    booked = {"success": True, "message": "You're booked.", "data": {"success": True, "appointment_id": "appt_1"}}
    answers(httpserver, {**BOOK, "appointment_datetime": "2026-11-23T00:00:00"}, booked)
    result = run(httpserver)
    assert result.exit_code == 0, result.output
    assert 'The agent says: "How about noon?"' in result.output
    assert 'The agent says: "You\'re booked."' in result.output
    assert f"POST {httpserver.url_for(MANAGE)}" in result.output
    for page in ("/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"):
        assert httpserver.url_for(page) in result.output
    curl = shlex.split(result.output.splitlines()[-1])
    assert curl[0] == "curl"
    assert json.loads(curl[-1]) == {**BOOK, "appointment_datetime": "2026-11-23T12:30:00"}


@pytest.mark.parametrize("status", [202, 422, 502])
def test_a_booking_that_did_not_succeed_fails_the_demo(status, httpserver):
    offer(httpserver, SLOTS)
    refused = {"success": False, "message": "That time is gone."}
    answers(httpserver, {**BOOK, "appointment_datetime": "2026-11-23T00:00:00"}, refused, status)
    result = run(httpserver)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "Error: Book did not succeed: That time is gone."


def test_no_free_time_is_said(httpserver):
    offer(httpserver, [])
    result = run(httpserver)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        1,
        "Error: No time is free in the next 7 days, so there is nothing to book",
    )


def test_something_else_on_that_port_is_told(httpserver):
    httpserver.expect_request(MANAGE).respond_with_data("<h1>Hello</h1>")
    result = run(httpserver)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        1,
        f"Error: {httpserver.url_for('').rstrip('/')} did not answer with JSON: is it Ringbook?",
    )


def test_nothing_on_that_port_is_told(unused_port):
    url = f"http://127.0.0.1:{unused_port}"
    result = CliRunner().invoke(cli, ["demo", "--url", url])
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        1,
        f"Error: {url} does not answer: is `ringbook up` running?",
    )


def test_a_proxy_of_the_environment_is_not_asked(httpserver, unused_port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    offer(httpserver, [])
    assert "How about noon?" in run(httpserver).output


def test_offered_times_are_read_in_the_order_of_time():
    assert offered_times({"available_slots": SLOTS}) == [
        "2026-11-23T00:00:00",
        "2026-11-23T12:30:00",
        "2026-11-24T09:00:00",
    ]


def test_the_request_can_be_pasted_into_a_shell():
    words = shlex.split(as_curl("http://127.0.0.1:8000", {"name": "Ada O'Neill"}))
    assert json.loads(words[-1]) == {"name": "Ada O'Neill"}
