"""Requests made up from our own document, against the real application: nothing breaks, every answer is described.

New routes are found by themselves. Cal.com is the sandbox, or away; callers prove who they are, or do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pytest
import schemathesis
from cryptography.fernet import Fernet
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.container.composition import build_container
from app.container.migration import migrate
from app.container.operators import OperatorCases
from app.domain.caller_secrets import SecretKind
from app.domain.directory import Agent
from app.domain.errors import ConflictError
from app.factory import create_app
from app.services.agent_settings import AgentSettings
from config.settings import Settings, load_settings
from tests.support.sandbox import RIVERA, SandboxProcess
from tests.support.stack import MANAGE
from tests.support.valkey import ValkeyServer

load_all_checks()
CHECKS = [content_type_conformance, response_headers_conformance, response_schema_conformance, status_code_conformance]
CALM = settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck], database=None)
SOON = datetime.now(UTC).date() + timedelta(days=2)
BOOKING = {
    "name": "Jane",
    "email": "jane@example.com",
    "appointment_datetime": f"{SOON}T10:00",
    "appointment_id": "appt_of_nobody",
    "timezone": "UTC",
}
SURELY = {3: {"action": "list"}, 4: {"action": "book"}, 5: {"action": "cancel"}, 6: {"action": "availability"}}


def settings_for(directory: Path, valkey: ValkeyServer, calcom_url: str) -> Settings:
    environ = {
        "DATABASE_URL": f"sqlite:///{directory}/ringbook.db",
        "REDIS_URL": valkey.url,
        "CALCOM_BASE_URL": calcom_url,
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "LIMIT_FAILURES": "0",  # guessing is what this is
        "WEB_THREADS": "8",
    }
    return load_settings(environ, dotenv=directory / "none")


def add_agent(operators: OperatorCases, calcom_url: str) -> Agent:
    organization = operators.add_organization(name="Clinic")
    operators.add_account(org_id=organization.id, name="Main", api_key=RIVERA, base_url=calcom_url)
    return operators.add_agent(
        org_id=organization.id, name="Dr. Rivera", event_type_id=101, settings=AgentSettings(wait_seconds=0.5)
    )


class Service(NamedTuple):
    """The application, an agent, its organization's caller secret, and how Cal.com is."""

    app: Flask
    operators: OperatorCases
    agent: Agent
    secret: str
    calcom: str


@pytest.fixture(scope="module", params=["sandbox", "away"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, valkey: ValkeyServer
) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("service")
    with SandboxProcess() as sandbox:
        here = settings_for(directory, valkey, f"{sandbox.url}/v2")
        migrate(here)
        container = build_container(here)
        agent = add_agent(container.operators, here.calcom_base_url)
        secret = container.operators.add_caller_secret(agent.org_id, SecretKind.SHARED, overlap=timedelta())
        if request.param == "away":
            sandbox.stop()
        app = create_app(container.callers, container.providers, public_url="http://127.0.0.1")
        yield Service(app, container.operators, agent, secret.text, request.param)
        container.close()


@pytest.fixture(scope="module")
def document(service: Service) -> Any:
    """Our document as a source of requests; many name an agent and a job that exist."""
    app, operators, agent, *_ = service
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for path in schema.raw_schema["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["responses"].pop("default", None)  # else every status would count as described

    real = {"org_id": agent.org_id, "agent_id": agent.id}
    wanted = real | BOOKING | {"action": "book"}
    accepted = app.test_client().post(MANAGE, json=wanted, headers={"Prefer": "respond-async"}).get_json()
    operators.discard_job(accepted["data"]["job_id"], actor="test", reason="so that no poll waits for it")
    known_ids = {"job_id": accepted["data"]["job_id"]}

    @schema.hook
    def map_body(_context: Any, body: Any) -> Any:
        """Of seven bodies one stays as it is, one names nobody we know, and five could be done; of some we say what."""
        if not isinstance(body, dict) or not (kind := crc32(repr(body).encode()) % 7):
            return body
        return body | BOOKING | (real if kind > 1 else {}) | SURELY.get(kind, {})

    @schema.hook
    def map_path_parameters(_context: Any, parameters: Any) -> Any:
        """Half of the ids are of something that exists."""
        known = {name: known_ids[name] for name in parameters if name in known_ids} if parameters else {}
        return parameters | known if len(repr(parameters)) % 2 else parameters

    return schema


def no_fault_of_ours(context: Any, response: schemathesis.Response, case: schemathesis.Case) -> bool | None:
    """Half a second is soon gone where other tests run: that it left no time to accept a request is no fault."""
    if case.path == MANAGE and response.status_code == 503 and response.json()["error"]["code"] == "OVERLOADED":
        return None
    return not_a_server_error(context, response, case)


@pytest.mark.timeout(300)  # some hundred requests
@pytest.mark.parametrize("mode", list(GenerationMode), ids=["fitting", "unfitting"])
def test_every_answer_is_one_the_document_describes(document: Any, service: Service, mode: GenerationMode) -> None:
    _, operators, _, secret, calcom = service
    checks = CHECKS + ([no_fault_of_ours] if calcom == "sandbox" else [])

    def close(response: schemathesis.Response) -> None:
        """Nobody works here: what waited for half a minute would have new requests refused."""
        if response.status_code == 202 and (job_id := response.json()["data"].get("job_id")):
            with suppress(ConflictError):  # the same request again, of a job that is closed
                operators.discard_job(job_id, actor="test", reason="nobody waits for it", force=True)

    def hold(case: schemathesis.Case) -> None:
        if case.headers and "X-Always-200" in case.headers:  # the body of any other status would come as a 200
            del case.headers["X-Always-200"]
        for keys in ({"Prefer": "respond-async"}, {"X-Caller-Secret": secret, "X-Api-Key": "not-one-of-ours"}):
            response = case.call(headers=keys)
            assert response.status_code != 500
            case.validate_response(response, checks=checks)
            close(response)
            seen[operation.label].add(response.status_code)

    seen: defaultdict[str, set[int]] = defaultdict(set)
    for found in document.get_all_operations():
        operation = found.ok()
        try:
            strategy = operation.as_strategy(generation_mode=mode)
            CALM(given(strategy)(hold))()
        except Unsatisfiable:  # nothing in it can be wrong
            assert mode is GenerationMode.NEGATIVE
    if mode is GenerationMode.POSITIVE:  # it got past the door, and as far as Cal.com
        assert seen[f"POST {MANAGE}"] >= {202, 400, 403, 404, 200 if calcom == "sandbox" else 502}
        assert seen["GET /api/v1/jobs/{job_id}"] >= {200, 404}
