"""Plays scenarios on a site: calm weather, trouble, drain, judgement."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.domain.directory import Agent
from app.domain.jobs import Job
from tests.faults.callers import Caller
from tests.faults.intents import Notebook, key_of
from tests.faults.ledger import Verdict, judge
from tests.faults.site import DATABASES, Site, new_mark
from tests.faults.told import read_told
from tests.support.sandbox import SandboxProcess

USUAL = ("scheduler", "web", "doomed-1", "doomed-2")
LONE = ("scheduler", "web", "lone-1", "lone-2", "lone-3", "lone-4")
"""Workers that run one job at a time: the death of one meets that job alone."""

REAL = ("scheduler", "web", "worker-1")
SENDS_EVENTS = "webhooks"
DRAIN = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of everything."""

    requests: int = 18
    kills: int = 10
    valkey_kills: int = 3
    restarts: int = 1
    queued: int = 150
    callers: int = 20


@dataclass(slots=True)
class Run:
    """One scenario on one site: who calls, what was killed, and what was expected beyond the ledger but not met."""

    site: Site
    scale: Scale
    notebook: Notebook
    killed: int = 0
    unmet: list[str] = field(default_factory=list)
    note: str = ""

    def caller(
        self, event_type_id: int = 101, *, settle: float = 3.0, force: bool = False, at: SandboxProcess | None = None
    ) -> Caller:
        """Who speaks for an agent of an organization of its own, whose calendar is `at` that Cal.com."""
        return self.of(self.site.add_agent(event_type_id, settle=settle, force=force, at=at))

    def of(self, agent: Agent) -> Caller:
        return Caller(self.site, self.notebook, agent)

    def of_mine(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of this scenario."""
        keys = {intent.key for intent in self.notebook.intents}
        return [job for job in jobs if key_of(job.command, job.appointment_id) in keys]

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.unmet.append(f"unmet: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    play: Callable[[Run], None]
    crew: tuple[str, ...] = USUAL
    databases: tuple[str, ...] = DATABASES
    short: bool = False
    unique: str = "on"
    drain: float = DRAIN


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    name: str,
    *,
    crew: tuple[str, ...] = USUAL,
    databases: tuple[str, ...] = DATABASES,
    short: bool = False,
    unique: str = "on",
    drain: float = DRAIN,
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Register a scenario; `short` ones belong to the ordinary tests, `unique` off makes Cal.com book a slot twice."""

    def register(play: Callable[[Run], None]) -> Callable[[Run], None]:
        SCENARIOS[name] = Scenario(
            name=name, play=play, crew=crew, databases=databases, short=short, unique=unique, drain=drain
        )
        return play

    return register


def play(wanted: Scenario, site: Site, scale: Scale) -> Verdict:
    """Raises nothing for what went wrong with the service: that is in the verdict."""
    began = time.monotonic()
    man(site, wanted.crew)
    site.crew.await_workers()
    calm(site, wanted.unique)
    run = Run(site, scale, Notebook(new_mark()))
    try:
        wanted.play(run)
    except AssertionError as error:  # what was waited for did not come; the ledger is read all the same
        run.unmet.append(f"unmet: {error}")
    site.sandbox.clear_faults()
    man(site, wanted.crew)
    site.drain(wanted.drain)
    told = read_told(site.receiver.received) if wanted.crew else None
    leaks = site.leaks(run.notebook.mark, run.notebook.errors())
    counts, findings, slowest = judge(run.notebook, site.truth(), leaks=leaks, told=told)
    counts["unmet"] = len(run.unmet)
    return Verdict(
        scenario=wanted.name,
        database=site.kind,
        requests=run.notebook.requests,
        intents=len(run.notebook.intents),
        killed=run.killed,
        counts=counts,
        slowest=slowest,
        findings=findings + run.unmet,
        seconds=time.monotonic() - began,
        note=run.note,
    )


def man(site: Site, crew: Iterable[str]) -> None:
    """Exactly these processes run, none of them frozen, and the one that sends events, if there is any."""
    wanted, there = set(crew), set(site.crew.processes)
    wanted |= {SENDS_EVENTS} if wanted else set()
    for name in there - wanted:
        site.crew.dismiss(name)
    site.crew.revive()
    site.crew.start(*sorted(wanted - there))


def calm(site: Site, unique: str = "on") -> None:
    site.sandbox.clear_faults()
    site.sandbox.latency(writes=0, reads=0)
    site.sandbox.options(unique=unique)
