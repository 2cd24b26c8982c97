"""Jobs in the database: every change is one statement, conditional on the state it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, bindparam, case, delete, select, update

from app.domain.answers import Final, Result
from app.domain.dedupe import is_explicit
from app.domain.jobs import Attempt, Job, Status
from app.domain.outcomes import Trace
from app.domain.stores import DueJob, JobFilter, Queue
from app.storage import attempt_rows, job_decisions, job_queries, job_wakes, queue_queries
from app.storage.codec import final_to_json
from app.storage.dialects import INSERT, dialect_of, rows_changed
from app.storage.job_conditions import take_turns
from app.storage.job_moves import (
    AT_ONCE,
    CLAIM,
    GET,
    HELD,
    MARK_SUBMITTED,
    MOVE,
    NO_LEASE,
    fence_of,
    seen_as,
)
from app.storage.job_rows import job_from_row, job_to_row
from app.storage.tables import jobs

CLOCKS_DIFFER = timedelta(seconds=2)
"""Hosts' clocks may: a job that one of them made this moment is due on every other."""


ADD = {
    dialect: insert(jobs).on_conflict_do_nothing(index_elements=[jobs.c.dedupe_key]).returning(jobs.c.id)
    for dialect, insert in INSERT.items()
}
_ended = (
    jobs.c.appointment_id == bindparam("appointment"),
    jobs.c.id != bindparam("keep"),
    jobs.c.finished_at.is_not(None),
    jobs.c.dedupe_key.is_not(None),
)
WITH_KEYS = select(jobs.c.id, jobs.c.dedupe_key).where(*_ended)
RELEASE_KEYS = update(jobs).where(jobs.c.id.in_(bindparam("these", expanding=True)), *_ended).values(dedupe_key=None)
"""Made once, as they run with every job: to put one together takes longer than to run it."""


class SqlJobStore:
    """Methods that return False or None changed nothing; nothing is kept before the unit of work commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: Job) -> bool:
        return self._connection.execute(ADD[dialect_of(self._connection)], job_to_row(job)).one_or_none() is not None

    def get(self, job_id: str) -> Job | None:
        row = self._connection.execute(GET, {"this_job": job_id}).one_or_none()
        return job_from_row(row) if row else None

    def get_with_history(self, job_id: str) -> Job | None:
        row = self._connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
        return job_from_row(row, self.attempts_of(job_id)) if row else None

    def claim(self, job_id: str, *, owner: str, now: datetime, lease_until: datetime) -> Job | None:
        take_turns(self._connection, job_id)
        lease = {"owner": owner, "until": lease_until}
        taken = {"this_job": job_id, "now": now, "due_by": now + CLOCKS_DIFFER, **lease}
        row = self._connection.execute(CLAIM, taken).one_or_none()
        if row is None:
            return None
        job = job_from_row(row)
        attempt_rows.open_attempt(self._connection, job, now)
        return job

    def renew(self, job: Job, *, now: datetime, lease_until: datetime) -> bool:
        return self._changed(HELD, fence_of(job) | {"now": now, "lease_until": lease_until})

    def mark_submitted(self, job: Job, *, now: datetime) -> bool:
        """Refused past the lease too, taken over or not: jobs it held back may run by now, or on a host whose clock is
        ahead may have been let pass.
        """
        take_turns(self._connection, job.id, job)
        if not self._changed(MARK_SUBMITTED, fence_of(job) | {"now": now}):
            return False
        attempt_rows.mark_attempt_submitted(self._connection, job, now)
        return True

    def retry(self, job: Job, *, now: datetime, at: datetime, keep_submitted: bool, outcome: str, trace: Trace) -> bool:
        """Without `keep_submitted` the last request is known not to have counted: as it was claimed, so it stays."""
        sent = {} if keep_submitted else {"submitted_at": job.submitted_at, "submissions": job.submissions}
        if not self._changed(MOVE[Status.RETRYING], seen_as(job) | {"next_attempt_at": at} | AT_ONCE | sent):
            return False
        attempt_rows.close_attempt(self._connection, job, now, outcome, trace)
        return True

    def finish(self, job: Job, *, now: datetime, status: Status, final: Final, outcome: str, trace: Trace) -> bool:
        """`submitted_at` outlives only an unknown outcome, so that a requeued job looks before it sends."""
        submitted = {} if final.result is Result.OUTCOME_UNKNOWN else {"submitted_at": None}
        values = {"final": final_to_json(final), "finished_at": now} | submitted
        if not self._changed(MOVE[status], seen_as(job) | values):
            return False
        attempt_rows.close_attempt(self._connection, job, now, outcome, trace)
        return True

    def hand_back(self, job: Job, *, now: datetime, at: datetime | None = None) -> bool:
        """Refused once a request of this attempt may have left."""
        undone = (
            update(jobs)
            .where(
                jobs.c.id == job.id,
                jobs.c.fence == job.fence,
                jobs.c.status == Status.RUNNING,
                ~attempt_rows.has_submitted(job),
            )
            .values(
                status=case((jobs.c.attempts > 1, Status.RETRYING.value), else_=Status.QUEUED.value),
                attempts=jobs.c.attempts - 1,
                next_attempt_at=at or now,
                **NO_LEASE,
                **AT_ONCE,
            )
        )
        if not self._changed(undone):
            return False
        attempt_rows.remove_attempt(self._connection, job)
        return True

    def requeue(
        self, job_id: str, *, now: datetime, deadline_at: datetime, fence: int | None = None, amended: Job | None = None
    ) -> bool:
        take_turns(self._connection, job_id)
        return self._changed(job_decisions.requeued(job_id, now, deadline_at, fence, amended))

    def discard(self, job_id: str, *, now: datetime, final: Final, fence: int | None = None) -> bool:
        return self._changed(job_decisions.discarded(job_id, now, final, fence))

    def holder_of(self, dedupe_key: str) -> Job | None:
        row = self._connection.execute(select(jobs).where(jobs.c.dedupe_key == dedupe_key)).one_or_none()
        return job_from_row(row) if row else None

    def newest_open_on(
        self, org_id: str, calendar: str, appointment_id: str, *, contacts: frozenset[str] | None = None
    ) -> datetime | None:
        return job_queries.newest_open_on(self._connection, org_id, calendar, appointment_id, contacts)

    def has_open(self, *, agent_id: str | None = None, account_id: str | None = None) -> bool:
        return job_queries.has_open(self._connection, agent_id=agent_id, account_id=account_id)

    def is_undecided(
        self, org_id: str, calendar: str, appointment_id: str, *, contacts: frozenset[str] | None = None
    ) -> bool:
        return job_queries.is_undecided(self._connection, org_id, calendar, appointment_id, contacts)

    def is_followed(self, job: Job) -> bool:
        return job_queries.is_followed(self._connection, job)

    def release_key(self, job_id: str, dedupe_key: str) -> bool:
        held = update(jobs).where(jobs.c.id == job_id, jobs.c.dedupe_key == dedupe_key)
        return self._changed(held.values(dedupe_key=None))

    def release_keys_of_appointment(self, appointment_id: str, *, keep: str) -> None:
        named = {"appointment": appointment_id, "keep": keep}
        held = self._connection.execute(WITH_KEYS, named).all()
        implied = [job_id for job_id, key in held if not is_explicit(key)]
        if implied:
            self._connection.execute(RELEASE_KEYS, named | {"these": implied})

    def due(self, *, now: datetime, unpublished_since: datetime, per_org: int) -> dict[str, list[DueJob]]:
        """Without those that could not be claimed now."""
        return queue_queries.due_by_org(self._connection, now=now, unpublished_since=unpublished_since, per_org=per_org)

    def queues(self, *, now: datetime, overdue_since: datetime) -> list[Queue]:
        return queue_queries.queues(self._connection, now=now, overdue_since=overdue_since)

    def mark_published(self, job_ids: Sequence[str], *, now: datetime) -> None:
        still_due = jobs.c.id.in_(job_ids), jobs.c.status != Status.RUNNING, jobs.c.next_attempt_at <= now
        self._connection.execute(update(jobs).where(*still_due).values(published_at=now))

    def mark_unpublished(self, job_id: str) -> None:
        waiting = jobs.c.id == job_id, jobs.c.status != Status.RUNNING
        self._connection.execute(update(jobs).where(*waiting).values(published_at=None))

    def waiting_behind(self, job: Job, *, now: datetime) -> list[str]:
        return job_queries.waiting_behind(self._connection, job, now=now)

    def search(self, wanted: JobFilter) -> list[Job]:
        return job_queries.search(self._connection, wanted)

    def prune(self, *, finished_before: datetime, limit: int) -> int:
        """Their attempts go with them (ON DELETE CASCADE)."""
        old = jobs.c.finished_at < finished_before
        oldest = select(jobs.c.id).where(old).order_by(jobs.c.finished_at).limit(limit)
        pruned = self._connection.execute(delete(jobs).where(old, jobs.c.id.in_(oldest)))
        return rows_changed(pruned)

    def oldest_due(self, *, now: datetime) -> datetime | None:
        return job_queries.oldest_due(self._connection, now=now)

    def open_counts(self) -> dict[Status, int]:
        return job_queries.open_counts(self._connection)

    def statuses(self, job_ids: Sequence[str]) -> dict[str, Status]:
        return job_queries.statuses(self._connection, job_ids)

    def attempts_of(self, job_id: str) -> list[Attempt]:
        return attempt_rows.attempts_of(self._connection, job_id)

    def under_way_on(self, appointment_id: str) -> list[str]:
        return job_wakes.under_way_on(self._connection, appointment_id)

    def look_now(self, job_id: str, *, now: datetime) -> bool:
        return job_wakes.look_now(self._connection, job_id, now=now)

    def _changed(self, statement: Update, values: dict[str, Any] | None = None) -> bool:
        return rows_changed(self._connection.execute(statement, values)) > 0
