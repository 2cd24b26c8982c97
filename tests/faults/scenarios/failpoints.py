"""Every point of every action: the worker dies exactly there, once, and another one takes over."""

from __future__ import annotations

from functools import partial

from app.domain.jobs import Job
from tests.faults.callers import Caller, all_at_once
from tests.faults.dooms import POINTS, SESSION
from tests.faults.intents import Heard, Intent
from tests.faults.play import LONE, Run, scenario

TELLING = ("after_mark", "during_write", "after_answer")


@scenario("worker dies at every point of every action", crew=LONE, unique="off")
def every_point(run: Run) -> None:
    _deaths(run, POINTS)


@scenario("worker dies at the telling points", crew=LONE, unique="off", short=True)
def telling_points(run: Run) -> None:
    _deaths(run, TELLING)


def _deaths(run: Run, points: tuple[str, ...]) -> None:
    caller = run.caller()
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
    run.site.sandbox.latency(writes=0.3)
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
