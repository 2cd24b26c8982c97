"""What workers do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta

from app.container.adapters import Adapters
from app.container.mending import bind_advance
from app.domain.ports import Aside
from app.domain.traffic import Priority
from app.services.advance_bulk import AdvanceBulk
from app.services.bulkhead import Bulkhead
from app.services.deliver_webhook import DeliverWebhook
from app.services.execute_job import ExecuteJob
from app.services.find_room import FindRoom
from app.services.handle_notice import HandleNotice
from app.services.keep_leases import KeepLeases
from app.services.look_up import Within
from app.services.reconcile_job import ReconcileJob
from app.services.send_command import SendCommand
from app.services.settle_job import SettleJob
from app.services.sweep_account import SweepAccount
from config.settings import Settings

ACCOUNT_SHARE = 0.5
"""Of a worker's threads may be at work for one account; the others stay free for the rest."""

FAILING_SHARE = 0.5
"""Of the webhook threads may be at work for endpoints that fail; the others stay free for those that do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCases:
    """The use cases behind the tasks."""

    execute_job: ExecuteJob
    keep_leases: KeepLeases
    deliver_webhook: DeliverWebhook
    handle_notice: HandleNotice
    sweep_account: SweepAccount
    advance_bulk: AdvanceBulk


def bind_workers(
    adapters: Adapters, settings: Settings, *, stopping: Callable[[], bool], aside: Aside = nullcontext
) -> WorkerCases:
    keep_leases = KeepLeases(open_unit=adapters.open_unit, clock=adapters.clock)
    return WorkerCases(
        execute_job=_execution(adapters, keep_leases, settings.worker_threads, stopping, aside),
        keep_leases=keep_leases,
        deliver_webhook=_delivery(adapters, settings.webhook_threads, stopping),
        handle_notice=_handling(adapters),
        sweep_account=_sweeping(adapters, timedelta(seconds=settings.sweep_seconds)),
        advance_bulk=bind_advance(adapters, stopping=stopping),
    )


def _execution(
    adapters: Adapters, keep_leases: KeepLeases, threads: int, stopping: Callable[[], bool], aside: Aside
) -> ExecuteJob:
    open_unit, read_unit, clock = adapters.open_unit, adapters.read_unit, adapters.clock
    looking = adapters.calendar_at(Priority.LOOK)
    reconcile_job = ReconcileJob(calendar=looking, clock=clock)
    return ExecuteJob(
        open_unit=open_unit,
        read_unit=read_unit,
        reconcile_job=reconcile_job,
        send_command=SendCommand(
            open_unit=open_unit,
            calendar=looking,
            traffic=adapters.traffic,
            reconcile_job=reconcile_job,
            find_room=FindRoom(read_unit=read_unit, reconcile_job=reconcile_job, clock=clock),
            stopping=stopping,
            clock=clock,
        ),
        settle_job=_settling(adapters, aside),
        keep_leases=keep_leases,
        bulkhead=Bulkhead(seats=max(1, int(threads * ACCOUNT_SHARE))),
        stopping=stopping,
        clock=clock,
    )


def _settling(adapters: Adapters, aside: Aside) -> SettleJob:
    return SettleJob(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(Priority.SUGGEST),
        cache=adapters.cache,
        doorbell=adapters.doorbell,
        publisher=adapters.publisher,
        within=Within(adapters.look_ups, aside),
        clock=adapters.clock,
    )


def _delivery(adapters: Adapters, threads: int, stopping: Callable[[], bool]) -> DeliverWebhook:
    return DeliverWebhook(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        sender=adapters.sender,
        publisher=adapters.publisher,
        bulkhead=Bulkhead(seats=max(1, int(threads * FAILING_SHARE))),
        stopping=stopping,
        clock=adapters.clock,
    )


def _handling(adapters: Adapters) -> HandleNotice:
    return HandleNotice(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(Priority.NEWS),
        cache=adapters.cache,
        publisher=adapters.publisher,
        clock=adapters.clock,
    )


def _sweeping(adapters: Adapters, every: timedelta) -> SweepAccount:
    return SweepAccount(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(Priority.REFRESH),
        cache=adapters.cache,
        publisher=adapters.notice_publisher,
        clock=adapters.clock,
        every=every,
    )
