"""Cal.com hangs up, hangs, errs, lies and forgets, for each of book, reschedule and cancel."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.faults.callers import Caller, all_at_once
from tests.faults.intents import Heard, Intent
from tests.faults.play import Run, scenario
from tests.support.waiting import eventually

BEFORE_OR_AFTER: tuple[dict[str, Any], ...] = (
    {"fault": "cut_after_commit"},
    {"fault": "cut_before_commit"},
    {"fault": "server_error"},
    {"fault": "server_error_after_commit"},
    {"fault": "bad_gateway_html"},
    {"fault": "bad_gateway_html", "value": "after"},
    {"fault": "unavailable"},
    {"fault": "garbage_json"},
    {"fault": "truncated"},
    {"fault": "prisma_timeout"},
    {"fault": "record_not_found"},
    {"fault": "conflict"},
    {"fault": "late_commit", "value": "2"},
    {"fault": "slow", "value": "2.5"},
    {"fault": "slow_after_commit", "value": "2.5"},
)
PATHS = {"book": "/v2/bookings", "reschedule": "/reschedule", "cancel": "/cancel"}
SETTLE = 4.0
"""Longer than the latest commit above."""


@scenario("Cal.com fails each write in each way", unique="off")
def each_way(run: Run) -> None:
    """One fault at a time, for the next write of that kind, whoever sends it; the calls of a kind run one by one."""
    caller = run.caller(settle=SETTLE)
    crowd = all_at_once((caller.booked for _ in range(2 * len(BEFORE_OR_AFTER))), threads=8)
    ids = crowd.results()
    wishes: list[tuple[str, Intent]] = []
    for _ in BEFORE_OR_AFTER:
        wishes += [
            ("book", caller.book()),
            ("reschedule", run.notebook.wants_change(ids.pop(), next(run.site.diary))),
            ("cancel", run.notebook.wants_change(ids.pop())),
        ]
    finals = [partial(caller.follow, wish, within=90) for _, wish in wishes]
    for index, fault in enumerate(BEFORE_OR_AFTER):
        script = [{**fault, "match": {"method": "POST", "path": path}, "times": 1} for path in PATHS.values()]
        # "/v2/bookings" is in the other two paths as well: theirs come first and are used up by them.
        _provoke(run, caller, script[1:] + script[:1], [wish for _, wish in wishes[3 * index : 3 * index + 3]])
    answers: list[Heard] = all_at_once(finals, threads=24).results()
    wrong = [f"{kind} {heard.status}" for (kind, _), heard in zip(wishes, answers, strict=True) if not heard.yes]
    run.expect(not wrong, f"everything comes true in the end, but {wrong}")
    run.killed = len(wishes)
    run.note = "killed counts faults"


def _provoke(run: Run, caller: Caller, script: list[dict[str, Any]], wishes: list[Intent]) -> None:
    """Push the faults, send the wishes, and wait until each fault has met a write of its kind."""
    run.site.sandbox.faults(list(script))
    crowd = all_at_once(partial(caller.drop, wish) for wish in wishes)
    crowd.results()
    eventually(lambda: pending(run) == 0, within=30, every=0.02, what="the faults were met")


def pending(run: Run) -> int:
    return len(run.site.sandbox.ask("GET", "/_sandbox/faults")["pending"])


@scenario("a storm of faults on reads and writes", unique="off")
def storm(run: Run) -> None:
    """A quarter of all calls goes wrong, whichever they are."""
    caller, dice = run.caller(settle=SETTLE), run.site.dice
    calls = [partial(caller.follow, caller.book(), within=150) for _ in range(run.scale.requests)]
    crowd = all_at_once(calls, threads=12)

    def is_over() -> bool:
        if pending(run) < 3:
            fault = dice.choice(BEFORE_OR_AFTER)
            healthy = {"fault": "slow", "value": "0.01"}
            run.site.sandbox.faults([fault, healthy, healthy, healthy])
            run.killed += 1
        return crowd.is_over()

    eventually(is_over, within=crowd.patience, every=0.05)
    crowd.results()
    run.note = "killed counts faults"


@scenario("slots that lie", unique="on")
def lying_slots(run: Run) -> None:
    caller, start = run.caller(), next(run.site.diary)
    run.site.sandbox.faults([{"fault": "lying_slots", "match": {"path": "/slots"}, "times": 50}])
    caller.follow(run.notebook.wants_booking(start))
    crowd = all_at_once(partial(caller.send, run.notebook.wants_booking(start), wait=20) for _ in range(10))
    answers = crowd.results()
    run.expect(all(heard.status == 422 for heard in answers), "a taken slot stays taken, whatever the list says")


@scenario("Cal.com answers after half a minute", unique="off")
def half_a_minute(run: Run) -> None:
    """Within the client's patience and past the caller's: still confirming, then booked."""
    caller = run.caller(settle=60.0)
    wishes = [caller.book() for _ in range(3)]
    for wish in wishes:
        run.site.sandbox.faults([{"fault": "slow", "value": "30", "match": {"method": "POST"}, "times": 1}])
        caller.drop(wish)
        eventually(lambda: pending(run) == 0, within=20)
    crowd = all_at_once(partial(caller.follow, wish, within=150) for wish in wishes)
    run.expect(all(heard.yes for heard in crowd.results()), "booked in the end")


@scenario("Cal.com hears, hangs up, and commits later", unique="off")
def later(run: Run) -> None:
    caller = run.caller(settle=12.0)
    wishes = [caller.book() for _ in range(6)]
    for number, wish in enumerate(wishes):
        fault = {"fault": "late_commit", "value": str(1.7 * (number + 1)), "match": {"method": "POST"}, "times": 1}
        run.site.sandbox.faults([fault])
        caller.drop(wish)
        eventually(lambda: pending(run) == 0, within=20)
    crowd = all_at_once(partial(caller.follow, wish, within=90) for wish in wishes)
    run.expect(all(heard.yes for heard in crowd.results()), "booked in the end")
