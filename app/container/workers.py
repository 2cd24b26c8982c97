"""What workers and the scheduler do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from app.container.adapters import Adapters
from app.container.notices import NoticeCases, bind_notices
from app.domain.identifiers import new_owner_id
from app.domain.traffic import Priority
from app.services.bulkhead import Bulkhead
from app.services.deliver_webhook import DeliverWebhook
from app.services.execute_job import ExecuteJob
from app.services.keep_leases import KeepLeases
from app.services.look_up import Within
from app.services.prune_events import PruneEvents
from app.services.prune_jobs import PruneJobs
from app.services.reconcile_job import ReconcileJob
from app.services.rescue_deliveries import RescueDeliveries
from app.services.rescue_jobs import RescueJobs
from app.services.send_command import SendCommand
from app.services.settle_job import SettleJob

KEEP_FINAL_JOBS = timedelta(days=90)
KEEP_EVENTS = timedelta(days=30)

ACCOUNT_SHARE = 0.5
"""Of a worker's threads may be at work for one account; the others stay free for the rest."""

FAILING_SHARE = 0.5
"""Of the webhook threads may be at work for endpoints that fail; the others stay free for those that do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCases:
    """The use cases behind the tasks and the scheduler's rounds."""

    execute_job: ExecuteJob
    keep_leases: KeepLeases
    rescue_jobs: RescueJobs
    prune_jobs: PruneJobs
    deliver_webhook: DeliverWebhook
    rescue_deliveries: RescueDeliveries
    prune_events: PruneEvents
    notices: NoticeCases


def bind_workers(
    adapters: Adapters,
    *,
    worker_threads: int,
    webhook_threads: int,
    sweep_every: timedelta,
    stopping: Callable[[], bool],
) -> WorkerCases:
    open_unit, clock, publisher, owner = adapters.open_unit, adapters.clock, adapters.publisher, new_owner_id()
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
            settle_job=_settling(adapters),
            keep_leases=keep_leases,
            bulkhead=Bulkhead(seats=max(1, int(worker_threads * ACCOUNT_SHARE))),
            stopping=stopping,
            clock=clock,
        ),
        keep_leases=keep_leases,
        rescue_jobs=RescueJobs(open_unit=open_unit, publisher=publisher, clock=clock, owner=owner),
        prune_jobs=PruneJobs(open_unit=open_unit, clock=clock, keep=KEEP_FINAL_JOBS),
        deliver_webhook=_delivery(adapters, webhook_threads, stopping),
        rescue_deliveries=RescueDeliveries(open_unit=open_unit, publisher=publisher, clock=clock, owner=owner),
        prune_events=PruneEvents(open_unit=open_unit, clock=clock, keep=KEEP_EVENTS),
        notices=bind_notices(adapters, sweep_every=sweep_every),
    )


def _settling(adapters: Adapters) -> SettleJob:
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


def _delivery(adapters: Adapters, threads: int, stopping: Callable[[], bool]) -> DeliverWebhook:
    return DeliverWebhook(
        open_unit=adapters.open_unit,
        sender=adapters.sender,
        publisher=adapters.publisher,
        bulkhead=Bulkhead(seats=max(1, int(threads * FAILING_SHARE))),
        stopping=stopping,
        clock=adapters.clock,
    )
