"""A job's request as a command for a shell asks for the same again, whatever is in it."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from app.admin.job_request import PATH, as_curl, request_body
from app.api.request_schema import ManageAppointmentRequestSchema
from app.domain.appointments import Action, Book, Cancel, Reschedule
from app.domain.jobs import Command
from tests.storage.rows import ANN, START, make_job

ORG, AGENT = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e", "019d1fdb-98e9-7c87-86c7-321e2fa98733"
NASTY = 'it\'s $HOME `id` "quoted" \\ and\nmore; <é>'
PERSON = {"name": ANN.name, "email": ANN.email, "phone": ANN.phone}
COMMANDS: list[Command] = [
    Book(attendee=ANN, starts_at=START, notes=NASTY, call_session_id="call-1"),
    Reschedule(appointment_id="appt_1", starts_at=START, notes=NASTY),
    Cancel(appointment_id="appt_1", notes=NASTY),
]


def body(command: Command, *, plain: bool = True, **changes: Any) -> dict[str, str]:
    job = make_job(command=command, org_id=ORG, agent_id=AGENT, **changes)
    return request_body(job, PERSON if isinstance(command, Book) else None, plain=plain)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_shell_sends_exactly_the_body(command: Command) -> None:
    said = body(command)
    words = shlex.split(as_curl(said, "https://book.example"))
    assert words[:3] == ["curl", "-sS", f"https://book.example{PATH}"]
    assert json.loads(words[-1]) == said


@pytest.mark.parametrize("command", COMMANDS)
def test_the_service_takes_the_body_and_understands_the_same(command: Command) -> None:
    request = ManageAppointmentRequestSchema().load(body(command))
    assert request.action is Action(command.action)
    assert (request.org_id, request.agent_id, request.notes) == (ORG, AGENT, NASTY)
    if not isinstance(command, Cancel):
        assert request.appointment_datetime == "2026-11-26T09:00:00-05:00"
    if isinstance(command, Book):
        assert (request.name, request.email, request.phone) == (ANN.name, ANN.email, ANN.phone)
        assert (request.timezone, request.call_session_id) == (ANN.time_zone, "call-1")
    else:
        assert request.appointment_id == "appt_1"


def test_a_zone_that_is_an_offset_is_kept_in_the_time() -> None:
    assert body(COMMANDS[1], zone="+05:30")["appointment_datetime"] == "2026-11-26T19:30:00+05:30"


def test_notes_are_hidden_from_who_may_not_see_them() -> None:
    assert body(COMMANDS[2], plain=False)["notes"] == "[hidden]"
    assert "notes" not in body(Cancel(appointment_id="appt_1"), plain=False)
