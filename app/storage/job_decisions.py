"""What a person decides about a job that no worker holds, as one statement each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Update, case, func, select, update

from app.domain.answers import Final
from app.domain.jobs import Job, Status, sources_of
from app.domain.outcomes import NOT_TAKEN
from app.storage.codec import command_to_json, final_to_json
from app.storage.job_moves import AT_ONCE
from app.storage.tables import attempts, jobs


def requeued(job_id: str, now: datetime, deadline_at: datetime, fence: int | None, amended: Job | None) -> Update:
    """A job that ever sent something Cal.com may have taken looks before it sends again, however it ended."""
    has_sent = jobs.c.submissions > 0
    changed: dict[str, Any] = {}
    if amended is not None:
        command = command_to_json(amended.command)
        changed = {"command": command, "starts_at": amended.starts_at, "ends_at": amended.ends_at}
    return (
        update(jobs)
        .where(*_as_seen(job_id, Status.QUEUED, fence))
        .values(
            status=Status.QUEUED,
            next_attempt_at=now,
            deadline_at=deadline_at,
            requeued_at=now,
            attempts=0,
            crashes=0,
            submitted_at=case(
                (has_sent, func.coalesce(jobs.c.submitted_at, _last_submission())), else_=jobs.c.submitted_at
            ),
            submissions=case((has_sent, 1), else_=0),
            final=None,
            finished_at=None,
            **AT_ONCE,
            **changed,
        )
    )


def discarded(job_id: str, now: datetime, final: Final, fence: int | None) -> Update:
    """`submitted_at` stays as it is, for the day the job is requeued."""
    values = {"status": Status.DISCARDED, "final": final_to_json(final), "finished_at": now}
    return update(jobs).where(*_as_seen(job_id, Status.DISCARDED, fence)).values(values)


def _as_seen(job_id: str, target: Status, fence: int | None) -> list[ColumnElement[bool]]:
    seen = [jobs.c.id == job_id, jobs.c.status.in_(sources_of(target))]
    return seen if fence is None else [*seen, jobs.c.fence == fence]


def _last_submission() -> ScalarSelect[datetime]:
    """Of all attempts; what `Job.last_submission` says of one that was read."""
    sent = attempts.c.job_id == jobs.c.id, attempts.c.outcome.not_in(NOT_TAKEN)
    return select(func.max(attempts.c.submitted_at)).where(*sent).correlate(jobs).scalar_subquery()
