"""Processes that die at random, or freeze and wake too late."""

from __future__ import annotations

import os
import random
import signal
import time
from functools import partial
from itertools import count

from app.domain.jobs import LEASE
from tests.faults.callers import Caller, Crowd, all_at_once
from tests.faults.play import REAL, Run, scenario
from tests.support.waiting import eventually

THREE = ("scheduler", "web", "doomed-1", "doomed-2", "doomed-3")
MIXED = "lognormal:0.15:1.5"
"""Median and 99th percentile of Cal.com's time for a write, in seconds."""


def lives(run: Run, caller: Caller, number: int, *, threads: int = 12) -> Crowd:
    """Callers who book, move and cancel, each with dice of their own."""
    seeds = [run.site.dice.randrange(2**32) for _ in range(number)]
    return all_at_once((partial(caller.live_through, random.Random(seed)) for seed in seeds), threads=threads)


def meanwhile(run: Run, crowd: Crowd, kills: int, strike: partial[bool], *, pause: tuple[float, float]) -> None:
    """Strike at random moments while callers are at work, `kills` times at most; revive what is gone."""
    due = time.monotonic() + run.site.dice.uniform(*pause)

    def is_over() -> bool:
        nonlocal due
        run.site.crew.revive()
        if run.killed < kills and time.monotonic() >= due:
            run.killed += strike()
            due = time.monotonic() + run.site.dice.uniform(*pause)
        return crowd.is_over()

    eventually(is_over, within=crowd.patience, every=0.02, what="the callers come to an end")
    crowd.results()


@scenario("workers killed at random", crew=THREE, unique="off")
def workers(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests)
    meanwhile(run, crowd, run.scale.kills, partial(run.site.crew.shoot, run.site.dice), pause=(0.1, 0.7))


@scenario("real workers killed at random", crew=("scheduler", "web", "worker-1", "worker-2"), unique="off")
def real_workers(run: Run) -> None:
    """With the product's own lease, so each death costs its jobs 20 s."""
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests // 4)
    names = ("worker-1", "worker-2")
    strike = partial(_kill_one, run, names)
    meanwhile(run, crowd, max(1, run.scale.kills // 8), strike, pause=(2.0, 5.0))


@scenario("web killed while callers wait")
def web(run: Run) -> None:
    run.site.sandbox.latency(writes=0.3)
    crowd = lives(run, run.caller(), run.scale.requests // 2)
    strike = partial(_kill_one, run, ("web",))
    meanwhile(run, crowd, max(1, run.scale.kills // 8), strike, pause=(1.0, 4.0))


@scenario("scheduler killed")
def scheduler(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests // 2)
    strike = partial(_kill_scheduler_and_worker, run)
    meanwhile(run, crowd, max(1, run.scale.kills // 4), strike, pause=(0.2, 2.0))


@scenario("two schedulers at once", crew=("scheduler", "scheduler-2", "web", "doomed-1", "doomed-2"), unique="off")
def two_schedulers(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests // 2)
    strike = partial(run.site.crew.shoot, run.site.dice)
    meanwhile(run, crowd, max(1, run.scale.kills // 4), strike, pause=(0.2, 1.0))


@scenario("worker frozen past its lease, then woken", crew=THREE, unique="off")
def frozen(run: Run) -> None:
    """Frozen during the write and before it; the others take over, and the woken one finds its fence old."""
    run.site.sandbox.latency(writes=0.8)
    crowd = lives(run, run.caller(), max(8, run.scale.requests // 4), threads=8)
    crew = run.site.crew
    asleep: dict[int, float] = {}
    rounds = count(1)

    def is_over() -> bool:
        now = time.monotonic()
        for pid, until in list(asleep.items()):
            if now >= until or crowd.is_over():
                os.kill(pid, signal.SIGCONT)
                del asleep[pid]
        if not asleep and not crowd.is_over() and next(rounds) % 20 == 0:
            child = run.site.dice.choice([each for name in crew.doomed() for each in crew.children(name)])
            child.suspend()
            asleep[child.pid] = now + 6.0
            run.killed += 1
        return crowd.is_over() and not asleep

    eventually(is_over, within=crowd.patience, every=0.02)
    crowd.results()


@scenario(
    "real worker frozen past its lease, then woken", crew=("scheduler", "web", "worker-1", "worker-2"), unique="off"
)
def really_frozen(run: Run) -> None:
    run.site.sandbox.latency(writes=1.5)
    crowd = lives(run, run.caller(), 8, threads=8)
    crew = run.site.crew
    eventually(lambda: run.site.sandbox.journal("request"), what="Cal.com was asked")
    crew.signal("worker-1", signal.SIGSTOP)
    wake_at = time.monotonic() + LEASE.total_seconds() + 15
    eventually(lambda: time.monotonic() > wake_at, within=60)
    crew.signal("worker-1", signal.SIGCONT)
    run.killed = 1
    crowd.results()


@scenario("web, workers and scheduler replaced one by one", crew=(*REAL, "worker-2"))
def replaced(run: Run) -> None:
    """As a deploy does: SIGTERM, wait, start. Two workers, so that one is always there."""
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests)
    crew, names = run.site.crew, iter([*REAL, "worker-2"] * 3)

    def is_over() -> bool:
        name = None if crowd.is_over() else next(names, None)
        if name is not None:
            crew.dismiss(name)
            crew.start(name)
            run.killed += 1
        return crowd.is_over()

    eventually(is_over, within=crowd.patience)
    crowd.results()
    run.note = "killed counts orderly replacements"


def _kill_one(run: Run, names: tuple[str, ...]) -> bool:
    name = run.site.dice.choice(names)
    run.site.crew.kill(name)
    run.site.crew.start(name)
    return True


def _kill_scheduler_and_worker(run: Run) -> bool:
    return _kill_one(run, ("scheduler",)) and run.site.crew.shoot(run.site.dice)
