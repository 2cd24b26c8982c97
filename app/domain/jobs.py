"""What a job is: its states, the moves between them, and what each attempt left behind."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.answers import Final
from app.domain.appointments import Action, Book, Cancel, Reschedule
from app.domain.outcomes import NOT_TAKEN, UNANSWERED, Asked

Command = Book | Reschedule | Cancel


class Status(StrEnum):
    """Where a job stands. The same words are used in the row, the API, the logs and on the desk."""

    QUEUED = "queued"  # accepted, no worker has taken it yet
    RUNNING = "running"  # a worker holds its lease
    RETRYING = "retrying"  # waits for `next_attempt_at`: to try again, or to find out what became of a write
    SUCCEEDED = "succeeded"  # Cal.com has what was asked for
    FAILED = "failed"  # ended without it, and known to be so (or OUTCOME_UNKNOWN: a person decides)
    DISCARDED = "discarded"  # an operator closed it

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.DISCARDED})
OPEN = (Status.QUEUED, Status.RUNNING, Status.RETRYING)

MOVES: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.FAILED, Status.DISCARDED}),
    Status.RUNNING: frozenset({Status.RUNNING, Status.RETRYING, Status.SUCCEEDED, Status.FAILED}),
    Status.RETRYING: frozenset({Status.RUNNING, Status.FAILED, Status.DISCARDED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset({Status.QUEUED, Status.DISCARDED}),
    Status.DISCARDED: frozenset({Status.QUEUED}),
}

"""Handing back is not among them: it undoes a claim under which nothing was sent."""


def sources_of(target: Status) -> frozenset[Status]:
    """The states from which a job may move to `target`."""
    return frozenset(source for source, targets in MOVES.items() if target in targets)


LEASE = timedelta(seconds=20)
"""How long a worker holds a job without a sign of life. Only when it has run out may another take the job over."""

RENEW_EVERY = timedelta(seconds=5)
"""How often a living worker renews the leases of the jobs it runs."""

MAX_CRASHES = 4
"""Leases of one job that may run out before it counts as poison and is failed for a person to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of a job by one worker; `outcome` is empty while it runs, and stays so when its worker died.

    `request` is what Cal.com was asked, as far as it decided the outcome, and `duration_ms` how long that took.
    """

    number: int
    fence: int
    started_at: datetime
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: str = ""
    code: str = ""
    http_status: int | None = None
    detail: str = ""
    request: Asked | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One accepted request to change something in Cal.com.

    `fence` grows with every claim; a write that carries an old fence changes nothing. `submitted_at` is set (and
    committed) before a request that changes something leaves for Cal.com, and cleared only when its outcome is known:
    while it is set nothing is sent again before a look at Cal.com. `submissions` counts those requests, but for those
    that Cal.com is known not to have taken (refused connections, rate limits). `requeued_at`: when somebody last had it
    run again. `endpoint_ids`: the endpoints that are told of it; empty: all of the organization. `told_pending_at`:
    since when its caller believes that it is still being confirmed.
    """

    id: str
    org_id: str
    agent_id: str
    account_id: str
    appointment_id: str
    command: Command
    status: Status
    created_at: datetime
    deadline_at: datetime
    next_attempt_at: datetime
    zone: str
    language: str
    calendar: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    dedupe_key: str | None = None
    fingerprint: str = ""
    dedupe_until: datetime | None = None
    attempts: int = 0
    crashes: int = 0
    fence: int = 0
    submissions: int = 0
    submitted_at: datetime | None = None
    lease_owner: str = ""
    lease_until: datetime | None = None
    published_at: datetime | None = None
    finished_at: datetime | None = None
    requeued_at: datetime | None = None
    final: Final | None = None
    endpoint_ids: tuple[str, ...] = ()
    told_pending_at: datetime | None = None
    history: tuple[Attempt, ...] = field(default=(), compare=False)

    @property
    def action(self) -> Action:
        return self.command.action

    @property
    def outcome_is_open(self) -> bool:
        """True while a request of this job may or may not have reached its goal in Cal.com."""
        return self.submitted_at is not None and not self.status.is_final

    @property
    def last_submission(self) -> datetime | None:
        """When its last request left that Cal.com may have taken, as far as the job's history tells; None: none did."""
        if self.submitted_at is not None or not self.submissions:
            return self.submitted_at
        sent = (each.submitted_at for each in self.history if each.outcome not in NOT_TAKEN)
        return max((at for at in sent if at is not None), default=None)

    @property
    def last_unanswered(self) -> datetime | None:
        """When its last request left that Cal.com may yet carry out, whatever it said to later ones; None: none did."""
        lost = [each.submitted_at for each in self.history if each.outcome in UNANSWERED]
        return max((at for at in (self.submitted_at, *lost) if at is not None), default=None)

    @property
    def version(self) -> str:
        """Changes with every move of the job: what was decided about another version is not done."""
        seen = f"{self.fence} {self.status} {self.finished_at and self.finished_at.timestamp()}"
        return hashlib.sha256(seen.encode()).hexdigest()[:16]
