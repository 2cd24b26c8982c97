"""What callers can ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.container.adapters import Adapters
from app.domain.limits import Limits
from app.domain.ports import Clock
from app.domain.traffic import Priority, Standing
from app.services.accept_turns import AcceptTurns
from app.services.admission import Admission
from app.services.await_outcome import AwaitOutcome, WaitingRoom
from app.services.check_health import CheckHealth
from app.services.connect_agent import ConnectAgent
from app.services.count_ended import CountEnded
from app.services.find_slots import FindSlots
from app.services.list_appointments import ListAppointments
from app.services.look_up import Within
from app.services.manage_appointment import ManageAppointment
from app.services.note_told import NoteTold
from app.services.outcome_watch import OutcomeWatch
from app.services.read_job import ReadJob
from app.services.receive_notice import ReceiveNotice
from app.services.remember_line import RememberLine
from app.services.submit_job import SubmitJob
from app.services.verify_caller import VerifyCaller
from app.services.work_turns import WorkTurns

WAITING_SHARE = 0.75
"""Of the web threads may be waiting for outcomes; the others answer reads and polls."""

PATIENCE = 10.0
"""Seconds after which a request goes on without a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCases:
    """The use cases behind the API, the turns its requests work in, and the clock its answers are written by."""

    clock: Clock
    turns: WorkTurns
    manage_appointment: ManageAppointment
    connect_agent: RememberLine
    read_job: ReadJob
    receive_notice: ReceiveNotice
    check_health: CheckHealth
    count_ended: CountEnded
    read_traffic: Callable[[], list[Standing]]
    limits: Limits
    close: Callable[[], None]


def bind_callers(adapters: Adapters, *, web_threads: int) -> CallerCases:
    read_unit, clock = adapters.read_unit, adapters.clock
    note_told = NoteTold(open_unit=adapters.open_unit, read_unit=read_unit, notes=adapters.notes, clock=clock)
    turns = WorkTurns(patience=PATIENCE)
    watch = OutcomeWatch(read_unit=read_unit, note=note_told.all_pending, clock=clock)
    await_outcome = AwaitOutcome(
        read_unit=read_unit,
        doorbell=adapters.doorbell,
        room=WaitingRoom(max(1, int(web_threads * WAITING_SHARE))),
        watch=watch,
        way_back=turns.way_back,
        clock=clock,
    )
    connect_agent = RememberLine(connect_agent=ConnectAgent(read_unit=read_unit), read_unit=read_unit, clock=clock)
    adapters.when_directory_changes(connect_agent.forget)
    return CallerCases(
        clock=clock,
        turns=turns,
        manage_appointment=_managing(adapters, connect_agent, await_outcome, note_told),
        connect_agent=connect_agent,
        read_job=ReadJob(read_unit=read_unit, await_outcome=await_outcome, note_told=note_told, clock=clock),
        receive_notice=ReceiveNotice(
            open_unit=adapters.open_unit, read_unit=read_unit, publisher=adapters.notice_publisher, clock=clock
        ),
        check_health=CheckHealth(read_unit=read_unit, redis_answers=adapters.redis_answers, clock=clock),
        count_ended=CountEnded(read_unit=read_unit),
        read_traffic=adapters.read_traffic,
        limits=adapters.limits,
        close=watch.close,
    )


def _managing(
    adapters: Adapters, connect_agent: RememberLine, await_outcome: AwaitOutcome, note_told: NoteTold
) -> ManageAppointment:
    open_unit, read_unit, clock = adapters.open_unit, adapters.read_unit, adapters.clock
    within = Within(adapters.look_ups)
    return ManageAppointment(
        connect_agent=connect_agent,
        verify_caller=VerifyCaller(read_unit=read_unit, clock=clock),
        accept_turns=AcceptTurns(clock=clock),
        submit_job=SubmitJob(
            open_unit=open_unit,
            admission=Admission(read_unit=read_unit, clock=clock),
            limits=adapters.limits,
            publisher=adapters.publisher,
            cache=adapters.cache,
            clock=clock,
        ),
        await_outcome=await_outcome,
        note_told=note_told,
        find_slots=FindSlots(
            read_unit=read_unit, calendar_at=adapters.calendar_at, cache=adapters.cache, within=within, clock=clock
        ),
        list_appointments=ListAppointments(
            open_unit=open_unit,
            read_unit=read_unit,
            calendar=adapters.calendar_at(Priority.SUGGEST),
            within=within,
            clock=clock,
        ),
        clock=clock,
    )
