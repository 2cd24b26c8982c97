"""`ringbook jobs check` asks Cal.com what a retry would come to and changes nothing; decisions name who made them."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta

from app.cli.audit import command as audit
from app.cli.jobs import command as jobs
from app.domain.answers import Result
from app.domain.appointments import Attendee, Book
from app.domain.directory import Agent
from app.domain.jobs import Job, Status
from tests.cli.console import ask, refusal, run
from tests.services.office import Office


def of_rivera(office: Office, agent: Agent, starts_at: datetime) -> Job:
    """A booking of hers that failed; the sandbox goes by the real time."""
    office.now = datetime.now(UTC)
    account = office.show_organization(agent.org_id).accounts[0]
    return office.ended(
        Status.FAILED,
        Result.UPSTREAM_DOWN,
        submitted=False,
        org_id=agent.org_id,
        agent_id=agent.id,
        account_id=account.id,
        command=Book(attendee=Attendee(name="Jane Doe", email="jane@example.com"), starts_at=starts_at),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
    )


def test_a_job_is_checked_and_stays_as_it_is(office: Office) -> None:
    agent = office.rivera()
    at_night = (datetime.now(UTC) + timedelta(days=7)).replace(hour=8, minute=0, second=0, microsecond=0)
    job = of_rivera(office, agent, at_night)
    told = ask(office, jobs, "check", job.id)
    assert (told["id"], told["status"], told["verdict"]) == (job.id, "failed", "slot_gone")
    assert len(told["openings"]) == 6
    assert office.job(job.id).status is Status.FAILED
    text = run(office, jobs, "check", job.id).stdout
    assert "Cal.com does not offer this time any more." in text
    assert "jane@example.com" not in text


def test_what_cannot_be_retried_is_said_without_asking(office: Office) -> None:
    told = ask(office, jobs, "check", office.add_job().id)
    assert (told["verdict"], told["says"]) == ("cannot_be_retried", "It waits for its first try and runs by itself.")
    assert refusal(office, jobs, "check", "job_0").startswith("Error: There is no job job_0.")


def test_decisions_name_who_made_them(office: Office) -> None:
    job = office.ended(Status.FAILED, Result.UPSTREAM_DOWN, submitted=False)
    ask(office, jobs, "requeue", job.id)
    office.later(1)
    ask(office, jobs, "discard", job.id, "--reason", "rang again")
    entries = ask(office, audit, "list", "--target", job.id)
    assert [(entry["deed"], entry["actor"], entry["reason"]) for entry in entries] == [
        ("discard", f"cli:{getpass.getuser()}", "rang again"),
        ("requeue", f"cli:{getpass.getuser()}", ""),
    ]
