"""Every point of every action: the worker dies exactly there, once, and another one takes over."""

from __future__ import annotations

from functools import partial

from app.domain.jobs import Job
from tests.faults.callers import Caller, all_at_once
from tests.faults.dooms import POINTS, SESSION
from tests.faults.intents import Heard, Intent
from tests.faults.play import LONE, Run, scenario

TELLING = ("after_mark", "before_outcome")
SLOW, PATIENT = 12.0, 20.0
"""Seconds from Cal.com's check to its commit: longer than it takes until another worker has the job; and to settle."""


@scenario("worker dies at every point of every action", crew=LONE, unique="off")
def every_point(run: Run) -> None:
    _deaths(run, POINTS)


@scenario("worker dies at the telling points", crew=LONE, unique="off", short=True)
def telling_points(run: Run) -> None:
    _deaths(run, TELLING)


@scenario("worker dies while Cal.com still works on its write", crew=LONE, unique="off", short=True)
def still_at_work(run: Run) -> None:
    """The next worker looks, finds nothing yet, and must not send again: Cal.com would take it and keep both."""
    _deaths(run, ("during_write",), writes=SLOW, settle=PATIENT)


def _deaths(run: Run, points: tuple[str, ...], *, writes: float = 0.3, settle: float = 3.0) -> None:
    caller = run.caller(settle=settle)
    ids = [caller.booked() for _ in range(2 * len(points))]
    intents: list[Intent] = []
    for point in points:
        moved, cancelled = ids.pop(), ids.pop()
        target = next(run.site.diary)
        intents += [
            caller.book(session=f"{SESSION}{point}-book"),
            run.notebook.wants_change(moved, target, session=f"{SESSION}{point}-move"),
            run.notebook.wants_change(cancelled, session=f"{SESSION}{point}-cancel"),
        ]
    run.site.sandbox.latency(writes=writes)
    before = len(list(run.site.crew.dooms.iterdir()))
    crowd = all_at_once((partial(_through, caller, intent) for intent in intents), threads=32)
    heard = crowd.results(within=150)
    met = {path.name for path in run.site.crew.dooms.iterdir()}
    missed = [
        job.command.call_session_id for job in run.site.truth().jobs.values() if _doomed(job) and job.id not in met
    ]
    run.killed = len(met) - before
    run.expect(not missed, f"nobody died for {missed}")
    run.expect(all(answer.yes for answer in heard), f"{sum(not a.yes for a in heard)} of {len(heard)} were not done")


def _doomed(job: Job) -> bool:
    return job.command.call_session_id.startswith(SESSION)


def _through(caller: Caller, intent: Intent) -> Heard:
    return caller.follow(intent, within=120)
