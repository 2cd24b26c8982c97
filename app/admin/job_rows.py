"""Jobs as rows of a table: what went wrong stands in the row."""

from __future__ import annotations

from typing import Any

from app.admin.persons import person
from app.admin.words import word
from app.domain.job_search import ListedJob
from app.domain.jobs import Attempt, Job, Status

TONES = {Status.SUCCEEDED: "good", Status.FAILED: "bad", Status.RETRYING: "warn"}

SHORT = 12
"""Characters of a job's id that tell it apart on a page."""


def job_row(listed: ListedJob, *, plain: bool) -> dict[str, Any]:
    job = listed.job
    return {
        "id": job.id,
        "short": job.id[:SHORT],
        "action": job.action.value,
        "status": job.status.value,
        "tone": TONES.get(job.status, ""),
        "error": error_of(job, listed.last),
        "is_open": job.outcome_is_open,
        "accepted_at": job.created_at,
        "starts_at": job.starts_at,
        "org_id": job.org_id,
        "org": listed.org_name or job.org_id,
        "agent_id": job.agent_id,
        "agent": listed.agent_name or job.agent_id,
        "person": person(listed.attendee, plain=plain),
        "attempts": job.attempts,
        "next_at": job.next_attempt_at if job.status in {Status.QUEUED, Status.RETRYING} else None,
        "took": job.finished_at - job.created_at if job.finished_at else None,
    }


def error_of(job: Job, last: Attempt | None) -> str:
    """Why a job ended without what it was to do, or what its last attempt met with; empty where all is well."""
    if job.final is not None:
        return "" if job.status is Status.SUCCEEDED else _joined(word(job.final.result.value), job.final.detail)
    if last is None or last.finished_at is None:
        return ""
    code = word(last.code or last.outcome)
    number = str(last.http_status) if last.http_status and str(last.http_status) != last.code else ""
    return _joined(f"{code} {number}".strip(), last.detail)


def _joined(what: str, detail: str) -> str:
    return f"{what}: {detail}" if detail else what
