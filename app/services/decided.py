"""What every decision about a job has in common: it is about the job as it was seen, and it is recorded."""

from __future__ import annotations

from datetime import datetime

from app.domain.audit import AuditEntry, Deed
from app.domain.errors import ConflictError
from app.domain.identifiers import new_audit_id
from app.domain.jobs import Job
from app.domain.stores import UnitOfWork


def check_version(job: Job, version: str) -> None:
    """`version`: of the job that was looked at; empty where none was. Raises ConflictError for another one by now."""
    if version not in {"", job.version}:
        came_to = f" ({job.final.result.value.replace('_', ' ')})" if job.final else ""
        raise ConflictError(f"The job {job.id} has changed since it was looked at: it is {job.status}{came_to} now.")


def record_decision(unit: UnitOfWork, deed: Deed, job: Job, *, actor: str, at: datetime, reason: str = "") -> None:
    """In the unit that does it: there is no deed without its entry."""
    unit.audit.save(
        AuditEntry(id=new_audit_id(), at=at, actor=actor, deed=deed, org_id=job.org_id, target=job.id, reason=reason)
    )
