"""What was changed in a job before it ran again: which fields, never what they held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.appointments import Book
from app.domain.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """One change of a job. `id` is that of its entry in the record, which says who made it and why.

    `changed` names the fields (time, name, email, phone); `former_starts_at` is the time it asked for until then.
    """

    id: str
    job_id: str
    at: datetime
    changed: tuple[str, ...]
    former_starts_at: datetime | None = None


class AmendmentStore(Protocol):
    def add(self, amendment: Amendment) -> None: ...

    def of_job(self, job_id: str) -> list[Amendment]:
        """The youngest first."""
        ...


def changes_between(before: Job, after: Job) -> tuple[str, ...]:
    """The fields in which the two ask for something else."""
    return tuple(_changes(before, after))


def _changes(before: Job, after: Job) -> Iterator[str]:
    if before.starts_at != after.starts_at:
        yield "time"
    if isinstance(before.command, Book) and isinstance(after.command, Book):
        was, now = before.command.attendee, after.command.attendee
        yield from (name for name in ("name", "email", "phone") if getattr(was, name) != getattr(now, name))
