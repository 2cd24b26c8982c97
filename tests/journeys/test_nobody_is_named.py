"""One caller through success and every failure that can be provoked: no log, metric or error tells who it was."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import make_url

from app.domain.directory import Agent
from tests.journeys.test_a_caller_books import free_time
from tests.support.postgres import PostgresDatabases
from tests.support.sandbox import SandboxProcess
from tests.support.stack import MANAGE, Stack, running
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

CANARY: dict[str, Any] = {
    "name": "Zyxcanary Quollbird",
    "email": "quollbird@canary-mail.example",
    "phone": "+14155550137",
    "notes": "zyxcanary has a quollbird bite",
}
TRACES = ("zyxcanary", "quollbird", "canary-mail", "4155550137", "415-555-0137")
SECRET = "zyxcanary-caller-secret"
FAULTS = ("server_error_after_commit", "cut_after_commit", "garbage_json", "conflict", "prisma_timeout", "unavailable")


@pytest.fixture(scope="module")
def talkative(
    tmp_path_factory: pytest.TempPathFactory,
    sandbox: SandboxProcess,
    journey_valkey: ValkeyServer,
    postgres: PostgresDatabases,
) -> Iterator[Stack]:
    """The service on PostgreSQL, which repeats rows in its errors, with logs at their most detailed."""
    directory: Path = tmp_path_factory.mktemp("talkative")
    with (
        postgres.empty() as url,
        running(
            directory,
            database_url=url,
            redis_url=journey_valkey.url,
            calcom_url=f"{sandbox.url}/v2",
            LOG_LEVEL="DEBUG",
        ) as stack,
    ):
        yield stack


def run_sql(stack: Stack, *statements: str) -> None:
    url = make_url(stack.settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)


def logs(stack: Stack) -> dict[str, str]:
    return {name: (stack.directory / f"{name}.log").read_text() for name in ("web", "worker", "scheduler")}


def ask(stack: Stack, agent: Agent, **fields: Any) -> requests.Response:
    headers = {"X-Caller-Secret": SECRET, "Prefer": "wait=2"}
    return stack.manage(agent, headers, **(CANARY | fields))


def provoke_callers_faults(stack: Stack, agent: Agent) -> list[requests.Response]:
    known = {"agent_id": agent.id, "org_id": agent.org_id}
    url, json_type = stack.url + MANAGE, {"Content-Type": "application/json"}
    return [
        ask(stack, agent, action="book", appointment_datetime="soon"),
        ask(stack, agent, action="book", appointment_datetime="2020-01-01T10:00"),
        ask(stack, agent, action="book", appointment_datetime=free_time(), email="quollbird@"),
        ask(stack, agent, action="book", appointment_datetime=free_time(), phone="zyxcanary"),
        ask(stack, agent, action="dance"),
        ask(stack, agent, action="list"),
        ask(stack, agent, action="cancel", appointment_id="zyxcanary"),
        ask(stack, agent, action="cancel", appointment_id="appt_1", org_id="9c858901-8a57-4791-81fe-4c455b099bc9"),
        requests.post(url, data=json.dumps(CANARY | known)[:-1], headers=json_type, timeout=30),
        requests.post(url, data="zyxcanary", headers={"Content-Type": "text/plain"}, timeout=30),
        requests.get(f"{stack.url}/api/v1/jobs/zyxcanary", timeout=30),
        requests.get(f"{stack.url}/zyxcanary/{CANARY['email']}", timeout=30),
    ]


def test_no_log_metric_or_error_names_a_caller(talkative: Stack, sandbox: SandboxProcess) -> None:
    stack, agent = talkative, talkative.add_agent(101)

    wanted = free_time()
    booked = ask(stack, agent, action="book", appointment_datetime=wanted)
    assert booked.status_code == 200, booked.text
    answers = [booked, ask(stack, agent, action="book", appointment_datetime=wanted, email="o.quollbird@x.example")]
    answers += provoke_callers_faults(stack, agent)
    for fault in FAULTS:
        sandbox.faults([fault])
        answers.append(ask(stack, agent, action="book", appointment_datetime=free_time()))
        sandbox.clear_faults()
    answers.append(broken_rows(stack, agent))
    answers.append(broken_agent(stack, agent))
    answers.append(ask(stack, agent, action="cancel", appointment_id=booked.json()["data"]["appointment_id"]))
    stack.kill("worker", signal.SIGTERM)

    written = logs(stack) | {"metrics": requests.get(f"{stack.url}/metrics", timeout=30).text}
    assert {name: len(text) > 200 for name, text in written.items()} == dict.fromkeys(written, True)
    assert "Traceback" in written["web"]
    assert "Traceback" in written["worker"]
    assert found_in(written) == {}
    assert found_in({f"{each.status_code} {each.url}": each.text for each in answers}) == {}
    assert {400, 403, 404, 415, 500, 200, 202} <= {each.status_code for each in answers}


def broken_rows(stack: Stack, agent: Agent) -> requests.Response:
    """PostgreSQL refuses to store what a booking came to, and tells the whole row."""
    run_sql(stack, "ALTER TABLE appointments ADD CONSTRAINT never CHECK (attendee_phone = 'x') NOT VALID")
    answer = ask(stack, agent, action="book", appointment_datetime=free_time())
    eventually(lambda: "never" in logs(stack)["worker"], within=30, what="the row was refused")
    run_sql(stack, "ALTER TABLE appointments DROP CONSTRAINT never")
    return answer


def broken_agent(stack: Stack, agent: Agent) -> requests.Response:
    """A stored agent that cannot be read: nobody foresaw that."""
    run_sql(
        stack,
        f"UPDATE agents SET event_type = '{{\"id\": 1}}' WHERE id = '{agent.id}'",  # noqa: S608 - our own id
        "UPDATE directory_revision SET number = number + 1",
    )

    def failed() -> list[requests.Response]:
        answer = ask(stack, agent, action="book", appointment_datetime=free_time())
        return [answer] * (answer.status_code == 500)

    return eventually(failed, within=30, what="the web process looked at the agent again")[0]


def found_in(texts: dict[str, str]) -> dict[str, list[str]]:
    """The lines with a trace of the caller, by where they are."""
    found = {
        name: [line[:400] for line in text.splitlines() if any(trace in line.lower() for trace in TRACES)]
        for name, text in texts.items()
    }
    return {name: lines for name, lines in found.items() if lines}
