"""Hosts that do not agree about the time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tests.faults.callers import all_at_once
from tests.faults.crew import AHEAD
from tests.faults.dooms import SESSION
from tests.faults.play import Run, scenario
from tests.faults.scenarios.crashes import MIXED, lives, meanwhile

SLOW, PATIENT = 5.0, 9.0
"""Seconds from Cal.com's check to its commit, and to settle: much less than the clocks differ."""

LONG = timedelta(seconds=50)
"""Less than the clocks differ, and more than it takes to take over."""


@scenario(
    "hosts whose clocks differ",
    databases=("postgresql",),
    crew=("scheduler", "web", "ahead-1", "ahead-2", "behind-1", "behind-2"),
    unique="off",
)
def differ(run: Run) -> None:
    """Workers of two hosts, one a minute ahead, one a minute behind, that die and take over from each other.

    By their own clocks one would find every lease of the others run out and every write settled.
    """
    caller = run.caller(settle=PATIENT)
    run.site.sandbox.latency(writes=SLOW)
    wishes = [caller.book(session=f"{SESSION}during_write-book") for _ in range(6)]
    crowd = all_at_once((partial(caller.follow, wish, within=150) for wish in wishes), threads=6)
    deaf = sum(not heard.yes for heard in crowd.results())
    run.expect(deaf == 0, f"all are booked in spite of the deaths, {deaf} were not")
    mine = run.of_mine(run.site.truth().jobs.values())
    slowest = max((job.finished_at - job.created_at for job in mine if job.finished_at), default=timedelta())
    run.expect(slowest < LONG, f"nobody waits for the other host's clock; one took {slowest}")
    run.killed = sum(job.crashes for job in mine)
    run.site.sandbox.latency(writes=MIXED)
    others = lives(run, caller, run.scale.requests // 2)
    strikes = run.killed + max(1, run.scale.kills // 2)
    meanwhile(run, others, strikes, partial(run.site.crew.shoot, run.site.dice), pause=(0.3, 1.5))
    run.note = f"clocks {AHEAD['behind']:+.0f} s and {AHEAD['ahead']:+.0f} s"
