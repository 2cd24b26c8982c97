"""Many callers for what only one, or three, can have; and one appointment pulled in two directions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

from tests.faults.callers import all_at_once
from tests.faults.intents import Heard
from tests.faults.play import LONE, Run, scenario

SEATS = 4
CONFIRMED = 102


def _statuses(answers: list[Heard]) -> Counter[int]:
    return Counter(200 if heard.yes else heard.status for heard in answers)


@scenario("many callers, one slot", crew=LONE, unique="off", short=True)
def one_slot(run: Run) -> None:
    caller, start = run.caller(), next(run.site.diary)
    wishes = [run.notebook.wants_booking(start) for _ in range(run.scale.callers)]
    run.site.sandbox.latency(writes=1.5)  # time for all workers to be at it at once, were they to
    before = _writes(run)
    crowd = all_at_once((partial(caller.follow, wish, wait=20, within=150) for wish in wishes), threads=64)
    answers = crowd.results()
    statuses = _statuses(answers)
    run.expect(statuses == {200: 1, 422: len(wishes) - 1}, f"one success, all others refused: {dict(statuses)}")
    offered = [bool(heard.body["error"]["details"]["available_slots"]) for heard in answers if heard.status == 422]
    run.expect(all(offered), f"alternatives for everybody, {offered.count(False)} had none")
    live = [entry for entry in run.site.truth().entries if entry.lives and entry.start == start]
    run.expect(len(live) == 1, f"one booking, {len(live)} are there")
    run.note = f"{_writes(run) - before} writes to Cal.com"


@scenario("many callers, three seats")
def three_seats(run: Run) -> None:
    """Such an agent must be forced: the product does not offer seats by voice."""
    caller, start = run.caller(SEATS, force=True), next(run.site.diary)
    wishes = [run.notebook.wants_booking(start) for _ in range(run.scale.callers)]
    crowd = all_at_once((partial(caller.follow, wish, wait=20, within=150) for wish in wishes), threads=64)
    statuses = _statuses(crowd.results())
    run.expect(statuses == {200: 3, 422: len(wishes) - 3}, f"three successes: {dict(statuses)}")


@scenario("overlapping starts off the grid", crew=LONE, unique="off")
def overlapping(run: Run) -> None:
    caller, yes = run.caller(), []
    run.site.sandbox.latency(writes=0.3)
    rounds = max(2, run.scale.requests // 20)
    for _ in range(rounds):
        start = next(run.site.diary)
        next(run.site.diary)
        wishes = [run.notebook.wants_booking(start + timedelta(minutes=shift)) for shift in (0, 15, 10, 5, 25, 20)]
        crowd = all_at_once(partial(caller.send, wish, wait=20) for wish in wishes)
        yes.append(sum(heard.yes for heard in crowd.results()))
    run.expect(yes == [1] * rounds, f"one of six overlapping in each of {rounds} rounds: {yes}")


@scenario("one appointment to two targets at once", crew=LONE, unique="off", short=True)
def two_targets(run: Run) -> None:
    caller = run.caller()
    rounds = max(2, run.scale.requests // 20)
    ids = [caller.booked() for _ in range(rounds)]
    run.site.sandbox.latency(writes=0.3)
    for appointment_id in ids:
        wishes = [run.notebook.wants_change(appointment_id, next(run.site.diary)) for _ in range(2)]
        crowd = all_at_once(partial(caller.send, wish, wait=20) for wish in wishes)
        crowd.results()
        live = [entry for entry in run.site.truth().family(appointment_id) if entry.lives]
        run.expect(len(live) == 1, f"one live booking, not {len(live)}")


@scenario("cancel against reschedule", crew=LONE, unique="off", short=True)
def cancel_against_move(run: Run) -> None:
    caller = run.caller()
    ids = [caller.booked() for _ in range(max(2, run.scale.requests // 20))]
    run.site.sandbox.latency(writes=0.3)
    ends: Counter[tuple[int, ...]] = Counter()
    for appointment_id in ids:
        wishes = [
            run.notebook.wants_change(appointment_id, next(run.site.diary)),
            run.notebook.wants_change(appointment_id),
        ]
        crowd = all_at_once(partial(caller.send, wish, wait=20) for wish in wishes)
        answers = crowd.results()
        ends[tuple(200 if heard.yes else heard.status for heard in answers)] += 1
        live = [entry for entry in run.site.truth().family(appointment_id) if entry.lives]
        run.expect(not live, f"cancelled in the end, not {len(live)} live")
    run.note = f"(move, cancel): {dict(ends)}"


@scenario("a pending request asked twice, other spelling", crew=LONE, unique="off", short=True)
def pending_twice(run: Run) -> None:
    """Cal.com itself would keep two: it knows neither the case of an address nor a repeat."""
    caller = run.caller(CONFIRMED)
    run.site.sandbox.latency(writes=0.4)
    wishes = [run.notebook.wants_booking(next(run.site.diary)) for _ in range(max(3, run.scale.requests // 10))]
    calls = [partial(caller.send, wish, wait=20, spelling=number) for wish in wishes for number in range(2)]
    crowd = all_at_once(calls)
    run.expect(all(heard.yes for heard in crowd.results()), "both callers hear yes")
    sessions = [replace(wish, session=f"{wish.name}-again") for wish in wishes]
    crowd = all_at_once(partial(caller.send, wish, wait=20, spelling=2) for wish in sessions)
    crowd.results()


def _writes(run: Run) -> int:
    return sum(entry["method"] == "POST" for entry in run.site.sandbox.journal("request"))
