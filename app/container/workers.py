"""What workers and the scheduler do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from app.container.adapters import Adapters
from app.domain.identifiers import new_owner_id
from app.domain.traffic import Priority
from app.services.bulkhead import Bulkhead
from app.services.execute_job import ExecuteJob
from app.services.handle_notice import HandleNotice
from app.services.keep_leases import KeepLeases
from app.services.look_up import Within
from app.services.prune_jobs import PruneJobs
from app.services.reconcile_job import ReconcileJob
from app.services.rescue_jobs import RescueJobs
from app.services.rescue_notices import RescueNotices
from app.services.send_command import SendCommand
from app.services.settle_job import SettleJob
from app.services.sweep_account import SweepAccount

KEEP_FINAL_JOBS = timedelta(days=90)

ACCOUNT_SHARE = 0.5
"""Of a worker's threads may be at work for one account; the others stay free for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCases:
    """The use cases behind the tasks and the scheduler's rounds."""

    execute_job: ExecuteJob
    keep_leases: KeepLeases
    rescue_jobs: RescueJobs
    prune_jobs: PruneJobs
    handle_notice: HandleNotice
    sweep_account: SweepAccount
    rescue_notices: RescueNotices


def bind_workers(
    adapters: Adapters, *, worker_threads: int, sweep_every: timedelta, stopping: Callable[[], bool]
) -> WorkerCases:
    open_unit, clock = adapters.open_unit, adapters.clock
    keep_leases = KeepLeases(open_unit=open_unit, clock=clock)
    looking = adapters.calendar_at(Priority.LOOK)
    reconcile_job = ReconcileJob(calendar=looking, clock=clock)
    return WorkerCases(
        execute_job=ExecuteJob(
            open_unit=open_unit,
            read_unit=adapters.read_unit,
            reconcile_job=reconcile_job,
            send_command=SendCommand(
                open_unit=open_unit,
                calendar=looking,
                traffic=adapters.traffic,
                reconcile_job=reconcile_job,
                stopping=stopping,
                clock=clock,
            ),
            settle_job=_bind_settling(adapters),
            keep_leases=keep_leases,
            bulkhead=Bulkhead(seats=max(1, int(worker_threads * ACCOUNT_SHARE))),
            stopping=stopping,
            clock=clock,
        ),
        keep_leases=keep_leases,
        rescue_jobs=RescueJobs(open_unit=open_unit, publisher=adapters.publisher, clock=clock, owner=new_owner_id()),
        prune_jobs=PruneJobs(open_unit=open_unit, clock=clock, keep=KEEP_FINAL_JOBS),
        handle_notice=_bind_handling(adapters),
        sweep_account=_bind_sweeping(adapters, sweep_every),
        rescue_notices=_bind_rescuing(adapters, sweep_every),
    )


def _bind_settling(adapters: Adapters) -> SettleJob:
    return SettleJob(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(Priority.SUGGEST),
        cache=adapters.cache,
        doorbell=adapters.doorbell,
        publisher=adapters.publisher,
        within=Within(adapters.look_ups),
        clock=adapters.clock,
    )


def _bind_handling(adapters: Adapters) -> HandleNotice:
    return HandleNotice(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(Priority.NEWS),
        cache=adapters.cache,
        publisher=adapters.publisher,
        clock=adapters.clock,
    )


def _bind_rescuing(adapters: Adapters, sweep_every: timedelta) -> RescueNotices:
    return RescueNotices(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        publisher=adapters.notice_publisher,
        clock=adapters.clock,
        owner=new_owner_id(),
        sweep_every=sweep_every,
    )


def _bind_sweeping(adapters: Adapters, every: timedelta) -> SweepAccount:
    return SweepAccount(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(Priority.REFRESH),
        cache=adapters.cache,
        publisher=adapters.notice_publisher,
        clock=adapters.clock,
        every=every,
    )
