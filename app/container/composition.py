"""Binds the adapters of one process into all its use cases, and shows nothing but use cases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from app.container.adapters import choose_adapters
from app.container.callers import CallerCases, bind_callers
from app.container.desk import DeskCases, bind_desk
from app.container.life import BeginLife, bind_life
from app.container.operators import OperatorCases, bind_operators
from app.container.providers import ProviderCases, bind_providers
from app.container.schedule import Schedule, bind_schedule
from app.container.workers import WorkerCases, bind_workers
from app.domain.ports import Aside
from config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What this service can do, for each of those it does it for."""

    callers: CallerCases
    workers: WorkerCases
    schedule: Schedule
    operators: OperatorCases
    providers: ProviderCases
    desk: DeskCases
    begin_life: BeginLife
    close: Callable[[], None]


def build_container(
    settings: Settings, *, stopping: Callable[[], bool] = lambda: False, aside: Aside = nullcontext
) -> Container:
    """One per process; `stopping` says that the process was asked to end. Connects to nothing before it is used."""
    adapters = choose_adapters(settings, aside=aside)
    callers = bind_callers(adapters, web_threads=settings.web_threads)
    operators = bind_operators(adapters, calcom_base_url=settings.calcom_base_url, public_url=settings.public_url)
    return Container(
        callers=callers,
        workers=bind_workers(adapters, settings, stopping=stopping, aside=aside),
        schedule=bind_schedule(adapters, settings),
        operators=operators,
        providers=bind_providers(adapters, operators, calcom_base_url=settings.calcom_base_url),
        desk=bind_desk(adapters, settings),
        begin_life=bind_life(adapters),
        close=partial(_close_all, callers.close, adapters.close),
    )


def _close_all(*each: Callable[[], None]) -> None:
    for close in each:
        close()
