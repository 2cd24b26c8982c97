"""Every point of every action: the worker dies exactly there, once, and another one takes over."""

from __future__ import annotations

from functools import partial

from app.domain.jobs import Job
from tests.faults.callers import Caller, Crowd, all_at_once
from tests.faults.dooms import POINTS, SESSION
from tests.faults.intents import Heard, Intent
from tests.faults.play import LONE, Run, scenario
from tests.support.waiting import eventually

TELLING = ("after_mark", "before_outcome")
SLOW, PATIENT = 12.0, 20.0
"""Seconds from Cal.com's check to its commit: longer than it takes until another worker has the job; and to settle."""


@scenario("worker dies at every point of every action", crew=LONE, unique="off")
def every_point(run: Run) -> None:
    _deaths(run, POINTS)


@scenario("worker dies at the telling points", crew=LONE, unique="off", short=True)
def telling_points(run: Run) -> None:
    """Three die while Cal.com is still at work on their writes: the next worker looks, finds nothing yet, and must not
    send again, for Cal.com would keep both. Meanwhile others die at the points around it.
    """
    slow = _die_while_writing(run, run.caller(settle=PATIENT))
    _deaths(run, TELLING)
    late = sum(not heard.yes for heard in slow.results())
    run.expect(late == 0, f"{late} slow writes were not done")


@scenario("worker dies while Cal.com works on its write", crew=LONE, unique="off")
def during_write(run: Run) -> None:
    """The next worker finds nothing yet, and has to wait for what may come."""
    crowd = _die_while_writing(run, run.caller(settle=PATIENT))
    run.expect(all(heard.yes for heard in crowd.results()), "all were done")


def _die_while_writing(run: Run, caller: Caller) -> Crowd:
    """One books, one moves and one cancels; returns once their workers are dead."""
    intents = _wishes(run, caller, ("during_write",))
    run.site.sandbox.latency(writes=SLOW)
    before = _dead(run)
    crowd = all_at_once(partial(_through, caller, intent) for intent in intents)
    eventually(lambda: _dead(run) == before + len(intents), within=60, what="three died during their writes")
    run.killed += len(intents)
    return crowd


def _deaths(run: Run, points: tuple[str, ...]) -> None:
    caller = run.caller()
    run.site.sandbox.latency(writes=0.3)
    intents = _wishes(run, caller, points)
    before = _dead(run)
    crowd = all_at_once((partial(_through, caller, intent) for intent in intents), threads=32)
    heard = crowd.results()
    met = {path.name for path in run.site.crew.dooms.iterdir()}
    jobs = run.site.truth().jobs.values()
    missed = [job.command.call_session_id for job in jobs if _doomed(job) and job.id not in met]
    run.killed += len(met) - before
    run.expect(not missed, f"nobody died for {missed}")
    run.expect(all(answer.yes for answer in heard), f"{sum(not a.yes for a in heard)} of {len(heard)} were not done")


def _wishes(run: Run, caller: Caller, points: tuple[str, ...]) -> list[Intent]:
    """For each point one to book, one to move and one to cancel."""
    run.site.sandbox.latency(writes=0)
    ids = [caller.booked() for _ in range(2 * len(points))]
    intents: list[Intent] = []
    for point in points:
        intents += [
            caller.book(session=f"{SESSION}{point}-book"),
            run.notebook.wants_change(ids.pop(), next(run.site.diary), session=f"{SESSION}{point}-move"),
            run.notebook.wants_change(ids.pop(), session=f"{SESSION}{point}-cancel"),
        ]
    return intents


def _dead(run: Run) -> int:
    return len(list(run.site.crew.dooms.iterdir()))


def _doomed(job: Job) -> bool:
    return job.command.call_session_id.startswith(SESSION)


def _through(caller: Caller, intent: Intent) -> Heard:
    return caller.follow(intent, within=240)
