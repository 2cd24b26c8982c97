"""What a person decides about a run over many jobs: that it may act, that it waits, that it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.audit import Deed
from app.domain.bulk import AT_WORK, OVER, BulkAction, BulkRun, Progress, Stage
from app.domain.errors import ConflictError, UnknownNameError
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.start_bulk import record_run

MOVED_ON = "The run moved on at this moment. Look at it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBulk:
    """Let a run act on the jobs it found ready; `number` is what the person was shown.

    `with_open` discards those as well whose outcome is not known. Raises UnknownNameError and ConflictError.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, run_id: str, number: int, *, actor: str, with_open: bool = False) -> BulkRun:
        now = self.clock()
        with self.open_unit() as unit:
            run = run_named(unit, run_id)
            if run.stage is not Stage.READY:
                raise ConflictError(f"The run is {run.stage} now.")
            progress = Progress(tuple(unit.bulk.tallies(run.id)))
            takes_open = with_open and run.action is BulkAction.DISCARD
            found = progress.ready + (progress.open_outcomes if takes_open else 0)
            if not found or found != number:
                raise ConflictError(f"It would act on {found} jobs now, not on {number}. Look at it again.")
            if takes_open:
                unit.bulk.take_in_open_outcomes(run)
            changed = replace(run, stage=Stage.RUNNING, number=found, started_at=now, next_at=now)
            if not unit.bulk.decide(run, changed):
                raise ConflictError(MOVED_ON)
            record_run(unit, Deed.BULK_CONFIRM, changed, actor=actor, at=now, reason=run.action.value, jobs=found)
            unit.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class SteerBulk:
    """Pause, resume and cancel, at any time, and a second check of what waits to be confirmed.

    What is on its way when a run is paused or cancelled comes to its own end. Raises UnknownNameError and
    ConflictError where the run is not in a state to allow it.
    """

    open_unit: OpenUnit
    clock: Clock

    def pause(self, run_id: str, *, actor: str, reason: str = "") -> BulkRun:
        def paused(run: BulkRun, now: datetime) -> BulkRun:
            _check(run.is_at_work, run)
            return replace(run, paused_at=now, next_at=now)

        return self._change(run_id, Deed.BULK_PAUSE, paused, actor, reason)

    def resume(self, run_id: str, *, actor: str) -> BulkRun:
        """Goes on where it stopped, at the same pace."""

        def resumed(run: BulkRun, now: datetime) -> BulkRun:
            _check(run.stage in AT_WORK and run.paused_at is not None, run)
            return replace(run, paused_at=None, next_at=now, crashes=0)

        return self._change(run_id, Deed.BULK_RESUME, resumed, actor)

    def cancel(self, run_id: str, *, actor: str) -> BulkRun:
        """What was done stays done; nothing more is begun."""

        def cancelled(run: BulkRun, now: datetime) -> BulkRun:
            _check(run.stage not in OVER, run)
            return replace(run, stage=Stage.CANCELLED, paused_at=None, finished_at=now, next_at=now)

        return self._change(run_id, Deed.BULK_CANCEL, cancelled, actor)

    def check_again(self, run_id: str, *, actor: str) -> BulkRun:
        """What was found out grows old while a run waits."""

        def unchecked(run: BulkRun, now: datetime) -> BulkRun:
            _check(run.stage is Stage.READY, run)
            return replace(run, stage=Stage.CHECKING, next_at=now)

        return self._change(
            run_id, Deed.BULK_CHECK, unchecked, actor, also=lambda unit, run: unit.bulk.check_again(run)
        )

    def _change(
        self,
        run_id: str,
        deed: Deed,
        change: Callable[[BulkRun, datetime], BulkRun],
        actor: str,
        reason: str = "",
        *,
        also: Callable[[UnitOfWork, BulkRun], None] = lambda _unit, _run: None,
    ) -> BulkRun:
        now = self.clock()
        with self.open_unit() as unit:
            run = run_named(unit, run_id)
            changed = change(run, now)
            if not unit.bulk.decide(run, changed):
                raise ConflictError(MOVED_ON)
            also(unit, changed)
            record_run(unit, deed, changed, actor=actor, at=now, reason=reason)
            unit.commit()
        return changed


def run_named(unit: UnitOfWork, run_id: str) -> BulkRun:
    found = unit.bulk.get(run_id.strip())
    if found is None:
        raise UnknownNameError(f"There is no run {run_id}.")
    return found


def _check(allowed: bool, run: BulkRun) -> None:  # noqa: FBT001 - a condition, not an option
    if not allowed:
        raise ConflictError(f"The run is {'paused' if run.paused_at else run.stage} now.")
