"""How a job is shown: when it ran and what came of it; whom it is for only where that is asked for."""

from __future__ import annotations

from typing import Any

from app.cli.output import moment
from app.domain.appointments import Appointment, Book
from app.domain.jobs import Attempt, Job
from app.domain.preflight import NEAREST, Preflight, Verdict
from app.domain.slots import nearest_first

JOB_COLUMNS = ("id", "status", "action", "result", "attempts", "created_at", "next_attempt_at", "agent_id")
ATTEMPT_COLUMNS = (
    "number",
    "started_at",
    "submitted_at",
    "finished_at",
    "outcome",
    "code",
    "http_status",
    "detail",
)


def job_document(job: Job, *, with_attempts: bool = False) -> dict[str, Any]:
    """Times in UTC. `outcome_is_open`: Cal.com may or may not have what was asked for."""
    document = {
        "id": job.id,
        "status": job.status.value,
        "action": job.action.value,
        "result": job.final.result.value if job.final else None,
        "detail": job.final.detail if job.final else None,
        "org_id": job.org_id,
        "agent_id": job.agent_id,
        "account_id": job.account_id,
        "appointment_id": job.appointment_id,
        "starts_at": moment(job.starts_at),
        "created_at": moment(job.created_at),
        "deadline_at": moment(job.deadline_at),
        "next_attempt_at": None if job.status.is_final else moment(job.next_attempt_at),
        "lease_until": moment(job.lease_until),
        "finished_at": moment(job.finished_at),
        "attempts": job.attempts,
        "crashes": job.crashes,
        "submissions": job.submissions,
        "submitted_at": moment(job.submitted_at),
        "outcome_is_open": job.outcome_is_open,
    }
    return document | ({"attempts_made": [_attempt(each) for each in job.history]} if with_attempts else {})


def attendee_document(job: Job, appointment: Appointment | None) -> dict[str, Any]:
    """Whom the job is for; without contact where only an appointment we no longer have would tell."""
    if isinstance(job.command, Book):
        attendee = job.command.attendee
    elif appointment is not None:
        attendee = appointment.attendee
    else:
        return {"notes": job.command.notes}
    return {
        "name": attendee.name,
        "email": attendee.email,
        "phone": attendee.phone,
        "time_zone": attendee.time_zone,
        "notes": job.command.notes,
    }


def preflight_document(told: Preflight) -> dict[str, Any]:
    """`openings` are the free times nearest to a wanted one that is gone, `found_at` is that of the booking found."""
    wanted = told.job.starts_at
    gone = wanted is not None and told.verdict is Verdict.SLOT_GONE
    return {
        "id": told.job.id,
        "status": told.job.status.value,
        "verdict": told.verdict.value,
        "says": told.says,
        "starts_at": moment(wanted),
        "found_at": moment(told.found_at),
        "openings": [moment(at) for at in nearest_first(told.openings, wanted, NEAREST)] if wanted and gone else [],
        "checked_at": moment(told.checked_at),
        "check_again_in": told.wait,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": moment(attempt.started_at),
        "submitted_at": moment(attempt.submitted_at),
        "finished_at": moment(attempt.finished_at),
        "outcome": attempt.outcome or None,
        "code": attempt.code or None,
        "http_status": attempt.http_status,
        "detail": attempt.detail or None,
    }
