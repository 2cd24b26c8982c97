"""A worker stopped at one exact point, and woken when another one has long taken its place."""

from __future__ import annotations

from app.domain.jobs import Job
from app.services.send_command import MARK_HOLDS
from tests.faults.callers import Caller, all_at_once
from tests.faults.dooms import FREEZE
from tests.faults.intents import Intent
from tests.faults.play import LONE, Run, scenario
from tests.support.waiting import eventually

PATIENT = MARK_HOLDS.total_seconds() + 3.0
"""Seconds to settle. Never less than a mark holds, or the product could not be right."""

SLOW = 6.0
"""Seconds from Cal.com's check to its commit: time enough for a third worker to send as well, were it to."""


@scenario("worker frozen between its mark and the write", crew=LONE, unique="off")
def woken_after(run: Run) -> None:
    """Others see that nothing was sent and send it themselves, the caller calls it off again, the time is free: then
    the first one wakes, about to send.
    """
    caller = run.caller(settle=PATIENT)
    intent = caller.book(session=f"{FREEZE}after_mark-book")
    crowd = all_at_once([lambda: caller.follow(intent, within=90)])
    _freeze(run)
    eventually(lambda: _job(run, intent).status.is_final, within=60, what="another worker finished the job")
    cancel = run.notebook.wants_change(_job(run, intent).appointment_id)
    run.expect(all(heard.yes for heard in crowd.results()), "booked by the second worker")
    run.expect(caller.follow(cancel).yes, "and called off")
    _wake(run, intent)
    _go_on(run, caller)


@scenario("worker frozen before its write, woken during another's", crew=LONE, unique="off")
def woken_during(run: Run) -> None:
    """It finds that it must not send any more, and its "not sent" must not be taken for the other one's."""
    caller = run.caller(settle=PATIENT)
    run.site.sandbox.latency(writes=SLOW)
    intent = caller.book(session=f"{FREEZE}after_mark-book")
    crowd = all_at_once([lambda: caller.follow(intent, within=90)])
    _freeze(run)
    eventually(lambda: _writes(run, intent), within=60, what="another worker sends")
    _wake(run, intent)
    run.expect(all(heard.yes for heard in crowd.results()), "booked by the second worker")
    run.site.sandbox.latency(writes=0)
    _go_on(run, caller)


def _freeze(run: Run) -> None:
    """Counts the frozen one as killed."""
    eventually(run.site.crew.stopped, within=30, every=0.02, what="the worker is frozen")
    run.killed += 1


def _wake(run: Run, intent: Intent) -> None:
    """Not before its mark has ceased to hold: another one has marked a write of its own."""
    marks, writes = _job(run, intent).submissions, _writes(run, intent)
    run.expect((marks, writes) == (2, 1), f"two marks and one write so far: {marks}, {writes}")
    for child in run.site.crew.stopped():
        child.resume()


def _go_on(run: Run, caller: Caller) -> None:
    """All four workers take jobs, also the one that was frozen, which ends what it was at before."""
    crowd = all_at_once(caller.booked for _ in range(8))
    crowd.results()
    eventually(lambda: not run.site.crew.stopped(), within=10, what="nobody is frozen")


def _writes(run: Run, intent: Intent) -> int:
    """Requests to book that have reached Cal.com, of this caller."""
    return sum(
        entry["method"] == "POST" and intent.email in str(entry) for entry in run.site.sandbox.journal("request")
    )


def _job(run: Run, intent: Intent) -> Job:
    return next(job for job in run.site.truth().jobs.values() if intent.is_meant_by(job))
