"""What the scheduler does, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from app.container.adapters import Adapters
from app.container.mending import bind_wake
from app.domain.identifiers import new_owner_id
from app.services.prune_events import PruneEvents
from app.services.prune_jobs import PruneJobs
from app.services.prune_personal_data import PrunePersonalData
from app.services.prune_sessions import PruneSessions
from app.services.rescue_deliveries import RescueDeliveries
from app.services.rescue_jobs import RescueJobs
from app.services.rescue_notices import RescueNotices
from app.services.tally_jobs import TallyJobs
from config.settings import Settings

KEEP_FINAL_JOBS = timedelta(days=90)
KEEP_EVENTS = timedelta(days=30)

EACH_ROUND = timedelta()
SOON = timedelta(seconds=5)
NOW_AND_THEN = timedelta(seconds=10)
PRUNE_EVERY = timedelta(minutes=10)
RETAIN_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """What is done again and again; doing it too often, or in two processes at once, does no harm."""

    name: str
    every: timedelta
    do: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The scheduler's chores in their order. `step_down` lets another scheduler lead at once."""

    chores: tuple[Chore, ...]
    step_down: Callable[[], None]


def bind_schedule(adapters: Adapters, settings: Settings) -> Schedule:
    open_unit, clock, owner = adapters.open_unit, adapters.clock, new_owner_id()
    rescue_jobs = RescueJobs(
        open_unit=open_unit, read_unit=adapters.read_unit, publisher=adapters.publisher, clock=clock, owner=owner
    )
    rescue_deliveries = RescueDeliveries(
        open_unit=open_unit, read_unit=adapters.read_unit, publisher=adapters.publisher, clock=clock, owner=owner
    )
    rescue_notices = RescueNotices(
        open_unit=open_unit,
        read_unit=adapters.read_unit,
        publisher=adapters.notice_publisher,
        clock=clock,
        owner=owner,
        sweep_every=timedelta(seconds=settings.sweep_seconds),
    )
    wake_bulk = bind_wake(adapters)
    prune_jobs = PruneJobs(open_unit=open_unit, clock=clock, keep=KEEP_FINAL_JOBS)
    tally_jobs = TallyJobs(open_unit=open_unit, read_unit=adapters.read_unit, clock=clock, owner=owner)
    prune_events = PruneEvents(open_unit=open_unit, clock=clock, keep=KEEP_EVENTS)
    chores = (
        Chore(name="rescue_jobs", every=EACH_ROUND, do=rescue_jobs),
        Chore(name="rescue_deliveries", every=EACH_ROUND, do=rescue_deliveries),
        Chore(name="rescue_notices", every=EACH_ROUND, do=rescue_notices),
        Chore(name="wake_bulk", every=EACH_ROUND, do=wake_bulk),
        Chore(name="enroll_accounts", every=NOW_AND_THEN, do=rescue_notices.enroll),
        Chore(name="prune_jobs", every=PRUNE_EVERY, do=prune_jobs),
        Chore(name="prune_events", every=PRUNE_EVERY, do=prune_events),
        Chore(name="prune_notices", every=PRUNE_EVERY, do=rescue_notices.prune),
        Chore(name="prune_bulk", every=PRUNE_EVERY, do=wake_bulk.prune),
        Chore(name="prune_sessions", every=PRUNE_EVERY, do=PruneSessions(open_unit=open_unit, clock=clock)),
        Chore(name="tally_jobs", every=SOON, do=tally_jobs),
        Chore(name="checkpoint", every=SOON, do=adapters.checkpoint),
        *_retention(adapters, settings.retention_days),
    )
    return Schedule(chores=chores, step_down=rescue_jobs.step_down)


def _retention(adapters: Adapters, days: int) -> tuple[Chore, ...]:
    if not days:
        return ()
    prune = PrunePersonalData(open_unit=adapters.open_unit, read_unit=adapters.read_unit, clock=adapters.clock)
    erase = partial(prune, timedelta(days=days), actor="scheduler", reason=f"RETENTION_DAYS={days}")
    return (Chore(name="erase_personal_data", every=RETAIN_EVERY, do=erase),)
