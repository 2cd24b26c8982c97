"""Begin a run over all jobs that match: it collects and checks them, and changes nothing before it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.audit import AuditEntry, Deed
from app.domain.bulk import MOST_AT_WORK, MOST_RATE, USUAL_RATE, BulkAction, BulkRun
from app.domain.errors import ConflictError
from app.domain.identifiers import new_audit_id, new_bulk_id
from app.domain.job_search import JobSearch
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import agent_named, checked_reason, organization_named, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBulk:
    """Discarding takes a reason, retrying may have one: it stands in the record of each job.

    Raises RefusedError, UnknownNameError, and ConflictError while too many runs are at work.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(
        self, action: BulkAction, wanted: JobSearch, *, actor: str, reason: str = "", rate: int = USUAL_RATE
    ) -> BulkRun:
        if not 1 <= rate <= MOST_RATE:
            raise refused("rate", f"It must be from 1 to {MOST_RATE} jobs a minute.")
        why = checked_reason(reason) if reason.strip() or action is BulkAction.DISCARD else ""
        now = self.clock()
        wanted = replace(wanted, until=min(wanted.until or now, now))
        if wanted.contacts:
            raise refused("who", "A run cannot be over the jobs of one person.")
        if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
            raise refused("to", "It must be later than the time from which on, which must have been.")
        with self.open_unit() as unit:
            if unit.bulk.at_work() >= MOST_AT_WORK:
                raise ConflictError(f"{MOST_AT_WORK} runs are at work already. Wait for one, or cancel one.")
            run = BulkRun(
                id=new_bulk_id(),
                action=action,
                wanted=_named(unit, wanted),
                rate=rate,
                reason=why,
                actor=actor,
                created_at=now,
                next_at=now,
            )
            unit.bulk.add(run)
            said = f"{action}: {why}" if why else action.value
            record_run(unit, Deed.BULK_START, run, actor=actor, at=now, reason=said)
            unit.commit()
        return run


def record_run(
    unit: UnitOfWork, deed: Deed, run: BulkRun, *, actor: str, at: datetime, reason: str = "", jobs: int | None = None
) -> None:
    """What was decided about a run, in the unit that does it. Its jobs have entries of their own."""
    counts = {} if jobs is None else {"jobs": jobs}
    unit.audit.save(
        AuditEntry(
            id=new_audit_id(),
            at=at,
            actor=actor,
            deed=deed,
            org_id=run.wanted.org_id or "",
            target=run.id,
            reason=reason,
            counts=counts,
        )
    )


def _named(unit: UnitOfWork, wanted: JobSearch) -> JobSearch:
    """With ids as they are kept."""
    org_id = organization_named(unit.directory, wanted.org_id).id if wanted.org_id else None
    agent_id = agent_named(unit.directory, wanted.agent_id).id if wanted.agent_id else None
    return replace(wanted, org_id=org_id, agent_id=agent_id)
