"""The same request again: three times at once, spread over its life, in other words, and past an answer."""

from __future__ import annotations

from collections import Counter
from functools import partial

from tests.faults.callers import Caller, all_at_once
from tests.faults.intents import Intent, key_of
from tests.faults.play import LONE, Run, scenario
from tests.support.waiting import eventually


def _wishes(run: Run, caller: Caller, number: int) -> list[Intent]:
    """Bookings, moves and cancellations, a third each."""
    makers = all_at_once((caller.booked for _ in range(2 * (number // 3))), threads=8)
    ids = makers.results()
    moves = [run.notebook.wants_change(ids.pop(), next(run.site.diary)) for _ in range(number // 3)]
    cancels = [run.notebook.wants_change(ids.pop()) for _ in range(number // 3)]
    return [*(caller.book() for _ in range(number // 3)), *moves, *cancels]


@scenario("every request three times at once", crew=LONE, unique="off", short=True)
def at_once(run: Run) -> None:
    caller = run.caller()
    wishes = _wishes(run, caller, max(9, run.scale.requests // 2))
    run.site.sandbox.latency(writes=0.4)
    calls = [partial(caller.send, wish, wait=10, spelling=number) for wish in wishes for number in range(3)]
    crowd = all_at_once(calls, threads=24)
    answers = crowd.results()
    deaf = sum(not heard.yes for heard in answers)
    run.expect(deaf == 0, f"every caller hears yes, {deaf} did not")
    jobs = Counter(key_of(job.command, job.appointment_id) for job in run.site.truth().jobs.values())
    several = [jobs[wish.key] for wish in wishes if jobs[wish.key] != 1]
    run.expect(not several, f"one job for each wish; {len(several)} have {several[:5]}")


@scenario("every request three times, spread", unique="off")
def spread(run: Run) -> None:
    """The second while the first runs, the third after its answer."""
    caller = run.caller()
    wishes = _wishes(run, caller, max(9, run.scale.requests // 2))
    run.site.sandbox.latency(writes=0.6)
    crowd = all_at_once((partial(_three_times, caller, wish) for wish in wishes), threads=12)
    run.expect(all(crowd.results()), "the last answer is yes")


@scenario("repeats while workers die", crew=("scheduler", "web", "doomed-1", "doomed-2", "doomed-3"), unique="off")
def under_fire(run: Run) -> None:
    caller = run.caller()
    wishes = _wishes(run, caller, max(9, run.scale.requests // 2))
    run.site.sandbox.latency(writes=0.4)
    calls = [partial(caller.follow, wish, within=120) for wish in wishes for _ in range(3)]
    crowd = all_at_once(calls, threads=24)

    def is_over() -> bool:
        if run.site.dice.random() < 0.08 and run.killed < run.scale.kills:
            run.killed += run.site.crew.shoot(run.site.dice)
        return crowd.is_over()

    eventually(is_over, within=crowd.patience)
    crowd.results()


def _three_times(caller: Caller, wish: Intent) -> bool:
    caller.drop(wish)
    caller.send(wish, wait=10, spelling=1)
    return caller.send(wish, wait=10, spelling=2).yes
