"""Stand-ins for the container: they note what they were asked and answer what the test wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient

from app.domain.answers import Answer, ListedAppointment, Result
from app.domain.api_keys import ApiKey, Scope
from app.domain.appointments import Action, Attendee, Cancel
from app.domain.directory import Account, Agent, Organization
from app.domain.errors import NotAuthenticatedError, RefusedError
from app.domain.event_types import EventType
from app.domain.jobs import Attempt, Job, Status
from app.domain.limits import Limits, Unlimited
from app.domain.traffic import Standing
from app.factory import create_app
from app.services.check_health import Health
from app.services.connect_agent import Line
from app.services.manage_appointment import ManageRequest
from app.services.read_job import JobView
from app.services.work_turns import WorkTurns

URL = "/api/v1/calcom/appointments/manage"
PUBLIC_URL = "https://ringbook.example"
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
AGENT = "0195d2a0-7f5c-7cc2-9a5b-0123456789ab"
ORG = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
JOB = "job_" + "0" * 26
IDS = {"agent_id": AGENT, "org_id": ORG}
BOOK = {
    "action": "book",
    **IDS,
    "name": "Alex Moreau",
    "email": "alex@example.com",
    "appointment_datetime": "2026-03-21T10:00:00+01:00",
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def an_answer(result: Result = Result.BOOKED, **changes: Any) -> Answer:
    facts: dict[str, Any] = {
        "action": Action.BOOK,
        "zone": "Europe/Berlin",
        "agent_name": "Dr. Rivera",
        "appointment_id": "appt_123",
        "starts_at": at(21, 9),
    }
    return Answer(result=result, **(facts | changes))


def full_answer(result: Result) -> Answer:
    """An answer with everything in it that this result may carry."""
    changes: dict[str, Any] = {
        "job_id": JOB,
        "job_status": "queued",
        "openings": (at(21, 8), at(21, 10, 30), at(22, 9)),
    }
    if result in {Result.LISTED, Result.NONE_LISTED}:
        changes |= {"action": Action.LIST, "openings": ()}
    if result is Result.LISTED:
        changes["appointments"] = (a_listed(),)
    if result is Result.CANCELLED:
        changes |= {"action": Action.CANCEL, "openings": ()}
    if result in {Result.OPENINGS, Result.NO_OPENINGS}:
        changes |= {"action": Action.AVAILABILITY, "appointment_id": "", "starts_at": None, "days_ahead": 7}
    if result is Result.INVALID:
        changes["fields"] = {"name": "is required"}
    return an_answer(result, **changes)


def a_listed() -> ListedAppointment:
    return ListedAppointment(
        appointment_id="appt_9",
        starts_at=at(22, 13),
        status="pending",
        attendee=Attendee(name="Alex", email="a@b.example"),
    )


def a_job(status: Status = Status.RETRYING, **changes: Any) -> Job:
    facts: dict[str, Any] = {
        "id": JOB,
        "org_id": ORG,
        "agent_id": AGENT,
        "account_id": "acc_1",
        "appointment_id": "appt_123",
        "command": Cancel(appointment_id="appt_123", notes="secret reason"),
        "status": status,
        "created_at": at(20, 11, 59),
        "deadline_at": at(20, 13),
        "next_attempt_at": at(20, 12, 1),
        "zone": "Europe/Berlin",
        "language": "en",
        "calendar": "acc_1:7",
        "history": (
            Attempt(
                number=1,
                fence=1,
                started_at=at(20, 11, 59),
                finished_at=at(20, 12),
                outcome="retry_later",
                code="429",
                detail="upstream words",
            ),
        ),
    }
    return Job(**(facts | changes))


HEALTHY = Health(database=True, redis=True, oldest_due_seconds=1.5, jobs={Status.QUEUED: 3})


@dataclass
class UseCasesDouble:
    """`refusal` is raised instead of answering, whatever kind of exception it is; so is `unreadable` for the agent.

    Without an `agent`, nobody is known by any id.
    """

    answer: Answer = field(default_factory=an_answer)
    refusal: Exception | None = None
    agent: Agent | None = None
    unreadable: Exception | None = None
    view: JobView | None = None
    health: Health = HEALTHY
    limits: Limits = field(default_factory=Unlimited)
    turns: WorkTurns = field(default_factory=WorkTurns)
    clock: Callable[[], datetime] = lambda: NOW
    scopes: dict[str, Scope] = field(default_factory=dict)
    requests: list[ManageRequest] = field(default_factory=list)
    reads: list[tuple[str, float]] = field(default_factory=list)
    notices: list[tuple[str, bytes, str]] = field(default_factory=list)

    def receive_notice(self, account_id: str, raw: bytes, signature: str) -> None:
        self.notices.append((account_id, raw, signature))
        if self.refusal is not None:
            raise self.refusal

    def manage_appointment(self, request: ManageRequest) -> Answer:
        self.requests.append(request)
        if self.refusal is not None:
            raise self.refusal
        return self.answer

    def connect_agent(self, org_id: str, agent_id: str) -> Line:
        if self.unreadable is not None:
            raise self.unreadable
        if self.agent is None or (org_id, agent_id) != (self.agent.org_id, self.agent.id):
            raise RefusedError(Result.FORBIDDEN)
        event_types = (self.agent.event_type,)
        return Line(organization=ORGANIZATION, agent=self.agent, account=ACCOUNT, event_types=event_types)

    def read_job(self, job_id: str, wait: float = 0.0) -> JobView:
        self.reads.append((job_id, wait))
        if self.view is None:
            raise RefusedError(Result.UNKNOWN_JOB)
        return self.view

    def check_api_key(self, api_key: str) -> ApiKey:
        if api_key not in self.scopes:
            raise NotAuthenticatedError
        scope = self.scopes[api_key]
        return ApiKey(id="key_1", scope=scope, name="", key_hash="", ends_with=api_key[-4:], created_at=self.clock())

    def read_traffic(self) -> list[Standing]:
        return [Standing(account_id="acc_1", budget_left=73, breaker_is_open=True)]

    def count_ended(self) -> dict[tuple[str, str], int]:
        return {("failed", "slot_taken"): 7}

    def check_health(self) -> Health:
        return self.health


def an_agent(**settings: Any) -> Agent:
    event_type = EventType(id=7, slug="visit", title="Visit", length_minutes=30)
    facts: dict[str, Any] = {"id": AGENT, "org_id": ORG, "name": "Dr. Rivera", "account_id": None}
    return Agent(event_type=event_type, created_at=NOW, **(facts | settings))


ORGANIZATION = Organization(id=ORG, name="Clinic", created_at=NOW)
ACCOUNT = Account(
    id="acc_1",
    org_id=ORG,
    name="main",
    base_url="https://api.cal.example/v2",
    key_last4="abcd",
    username="rivera",
    time_zone="Europe/Berlin",
    created_at=NOW,
)


def app_of(use_cases: UseCasesDouble, *, public_url: str = PUBLIC_URL) -> Flask:
    """The double stands for both sides; what only providers ask for is tested with the real use cases."""
    return create_app(use_cases, cast(Any, use_cases), public_url=public_url)


def client_of(use_cases: UseCasesDouble, *, public_url: str = PUBLIC_URL) -> FlaskClient:
    return app_of(use_cases, public_url=public_url).test_client()
