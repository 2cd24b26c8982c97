"""What is done about jobs that ended without success: by one, at the desk, and by many, in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.container.adapters import Adapters
from app.domain.bulk import Stage
from app.domain.traffic import Priority
from app.services.advance_bulk import AdvanceBulk, Step
from app.services.amend_job import AmendJob
from app.services.check_bulk import CheckBulk
from app.services.collect_bulk import CollectBulk
from app.services.decide_bulk import ConfirmBulk, SteerBulk
from app.services.discard_job import DiscardJob
from app.services.find_job_times import FindJobTimes
from app.services.look_up import Within
from app.services.preflight_job import PreflightJob
from app.services.requeue_job import RequeueJob
from app.services.run_bulk import RunBulk
from app.services.show_bulk import ShowBulk
from app.services.show_job import ShowJob
from app.services.start_bulk import StartBulk
from app.services.wake_bulk import WakeBulk


@dataclass(frozen=True, slots=True, kw_only=True)
class MendingCases:
    """The use cases behind the pages that mend jobs."""

    show_job: ShowJob
    preflight_job: PreflightJob
    find_job_times: FindJobTimes
    requeue_job: RequeueJob
    amend_job: AmendJob
    discard_job: DiscardJob
    start_bulk: StartBulk
    confirm_bulk: ConfirmBulk
    steer_bulk: SteerBulk
    show_bulk: ShowBulk


def bind_mending(adapters: Adapters) -> MendingCases:
    open_unit, read_unit, clock = adapters.open_unit, adapters.read_unit, adapters.clock
    preflight_job = bind_preflight(adapters, Priority.SUGGEST)
    return MendingCases(
        show_job=ShowJob(read_unit=read_unit),
        preflight_job=preflight_job,
        find_job_times=FindJobTimes(
            read_unit=read_unit,
            calendar=adapters.calendar_at(Priority.SUGGEST),
            within=Within(adapters.look_ups),
            clock=clock,
        ),
        requeue_job=bind_requeueing(adapters),
        amend_job=AmendJob(
            open_unit=open_unit,
            read_unit=read_unit,
            preflight_job=preflight_job,
            publisher=adapters.publisher,
            clock=clock,
        ),
        discard_job=bind_discarding(adapters),
        start_bulk=StartBulk(open_unit=open_unit, clock=clock),
        confirm_bulk=ConfirmBulk(open_unit=open_unit, clock=clock),
        steer_bulk=SteerBulk(open_unit=open_unit, clock=clock),
        show_bulk=ShowBulk(read_unit=read_unit),
    )


def bind_preflight(adapters: Adapters, priority: Priority) -> PreflightJob:
    return PreflightJob(
        read_unit=adapters.read_unit,
        calendar=adapters.calendar_at(priority),
        within=Within(adapters.look_ups),
        clock=adapters.clock,
    )


def bind_advance(
    adapters: Adapters, *, stopping: Callable[[], bool], pause: Callable[[float], object] = time.sleep
) -> AdvanceBulk:
    """Its looks stand back behind those that a caller or an operator waits for."""
    open_unit, clock = adapters.open_unit, adapters.clock
    steps: dict[Stage, Step] = {
        Stage.COLLECTING: CollectBulk(open_unit=open_unit, clock=clock),
        Stage.CHECKING: CheckBulk(
            open_unit=open_unit,
            read_unit=adapters.read_unit,
            preflight_job=bind_preflight(adapters, Priority.NEWS),
            clock=clock,
        ),
        Stage.RUNNING: RunBulk(
            requeue_job=bind_requeueing(adapters),
            discard_job=bind_discarding(adapters),
            open_unit=open_unit,
            clock=clock,
        ),
    }
    return AdvanceBulk(
        open_unit=open_unit,
        steps=steps,
        steer_bulk=SteerBulk(open_unit=open_unit, clock=clock),
        calendar=adapters.calendar_at(Priority.NEWS),
        stopping=stopping,
        pause=pause,
        clock=clock,
    )


def bind_wake(adapters: Adapters) -> WakeBulk:
    return WakeBulk(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        publisher=adapters.bulk_publisher,
        clock=adapters.clock,
    )


def bind_requeueing(adapters: Adapters) -> RequeueJob:
    return RequeueJob(open_unit=adapters.open_unit, publisher=adapters.publisher, clock=adapters.clock)


def bind_discarding(adapters: Adapters) -> DiscardJob:
    return DiscardJob(
        open_unit=adapters.open_unit,
        publisher=adapters.publisher,
        doorbell=adapters.doorbell,
        clock=adapters.clock,
    )
