"""What every decision about a job has in common: it is about the job as it was seen, and it is recorded."""

from __future__ import annotations

from datetime import datetime

from app.domain.appointments import Book
from app.domain.audit import AuditEntry, Deed
from app.domain.errors import ConflictError
from app.domain.identifiers import new_audit_id
from app.domain.jobs import Job
from app.domain.stores import UnitOfWork
from app.services.named import refused


def check_version(job: Job, version: str) -> None:
    """`version`: of the job that was looked at; empty where none was. Raises ConflictError for another one by now."""
    if version not in {"", job.version}:
        came_to = f" ({job.final.result.value.replace('_', ' ')})" if job.final else ""
        raise ConflictError(f"The job {job.id} has changed since it was looked at: it is {job.status}{came_to} now.")


def check_reason(job: Job, reason: str) -> None:
    """Raises RefusedError for one that names whom the job is for: the record outlasts their data."""
    attendee = job.command.attendee if isinstance(job.command, Book) else None
    if attendee is not None and any(contact in reason.lower() for contact in attendee.contacts):
        raise refused("reason", "It must not say who the person is: the record is kept.")


def record_decision(unit: UnitOfWork, deed: Deed, job: Job, *, actor: str, at: datetime, reason: str = "") -> str:
    """In the unit that does it: there is no deed without its entry. Returns the entry's id."""
    entry = AuditEntry(
        id=new_audit_id(), at=at, actor=actor, deed=deed, org_id=job.org_id, target=job.id, reason=reason
    )
    unit.audit.save(entry)
    return entry.id
