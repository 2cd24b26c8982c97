"""Cal.com allows only so much, closes its door, or is not there: all processes keep to that together."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import requests

from app.services.admission import MAX_QUEUED
from tests.faults.callers import Caller, all_at_once
from tests.faults.intents import Heard
from tests.faults.play import Run, scenario
from tests.faults.scenarios.broker import wait_for
from tests.support.sandbox import SandboxProcess
from tests.support.stack import free_port
from tests.support.waiting import eventually

A_MINUTE = 30
TWO = ("scheduler", "web", "worker-1", "worker-2")
BUDGET = 10.0
"""Seconds within which a caller hears something final."""


@scenario("Cal.com says 429 for a while", unique="off")
def closed(run: Run) -> None:
    """One 429 tells all processes for how long the door is closed."""
    strict = run.site.another_sandbox()
    strict.faults([{"fault": "rate_limited", "match": {"method": "POST"}, "times": 1}])
    _all_booked(run, run.caller(at=strict), 6, strict)


@scenario("Cal.com says 429 to looks and writes in turn", unique="off", drain=400.0)
def closed_again_and_again(run: Run) -> None:
    """First to a write, then to the looks for writes that were cut off after their commit: a minute each time."""
    strict = run.site.another_sandbox()
    caller = run.caller(at=strict)
    closed = {"fault": "rate_limited", "times": 1}
    cut = {"fault": "cut_after_commit", "match": {"method": "POST"}, "times": 6}
    looked = {**closed, "match": {"method": "GET", "path": "/v2/bookings"}, "times": 2}
    strict.faults([{**closed, "match": {"method": "POST"}}, cut, looked])
    _all_booked(run, caller, 8, strict)


@scenario("Cal.com allows 30 a minute", unique="off", drain=400.0)
def narrow(run: Run) -> None:
    strict = run.site.another_sandbox(rate_limit=A_MINUTE)
    caller = run.caller(at=strict)
    strict.latency(writes=0.2)
    _all_booked(run, caller, 2 * A_MINUTE, strict)


@scenario("Cal.com is down for a while", unique="off")
def down(run: Run) -> None:
    """Refused connections: it is gone, and comes back on its port with what it had. The breaker that one process opens
    keeps all of them away, and closes when one finds it back.
    """
    there = run.site.another_sandbox(state=run.site.crew.directory / "calcom.json", port=free_port())
    caller = run.caller(at=there)
    ids = [caller.booked() for _ in range(2)]
    wishes = [caller.book() for _ in range(16)]
    wishes += [run.notebook.wants_change(ids[0], next(run.site.diary)), run.notebook.wants_change(ids[1])]
    there.stop()
    crowd = all_at_once((partial(caller.follow, wish, within=300) for wish in wishes), threads=len(wishes))
    try:
        opened = _seconds_until(lambda: _breaker_is_open(run, caller), "the breaker opened")
        wait_for(12.0)
        run.expect(_breaker_is_open(run, caller), "it stays open while probes fail")
    finally:
        there.start()
    run.killed = 1
    shut = _seconds_until(lambda: not _breaker_is_open(run, caller), "the breaker closed")
    statuses = Counter(heard.status for heard in crowd.results())
    run.expect(statuses == {200: len(wishes)}, f"everything came true: {dict(statuses)}")
    run.note = f"breaker opened after {opened:.1f} s, closed {shut:.1f} s after the return"


@scenario("one organization floods, another calls", crew=TWO, drain=600.0)
def flood(run: Run) -> None:
    """It sends as fast as it can to a slow Cal.com, and has far more than can be worked off while others call."""
    slow = run.site.another_sandbox()
    noisy, other = run.caller(at=slow), run.caller()
    slow.latency(writes=1.0)
    run.site.sandbox.latency(writes=0.3)
    crowd = all_at_once((partial(noisy.drop, noisy.book()) for _ in range(MAX_QUEUED + 200)), threads=16)
    eventually(lambda: run.site.open_jobs() > MAX_QUEUED // 2, within=60, what="the flood has risen")
    calls = (partial(other.send, other.book(), wait=BUDGET) for _ in range(run.scale.callers))
    heard: list[Heard] = all_at_once(calls, threads=4).results()
    still_queued = run.site.open_jobs()
    told = Counter(answer.status for answer in crowd.results())
    late = [f"{answer.status} in {answer.seconds:.1f} s" for answer in heard if not answer.yes]
    slowest = max(answer.seconds for answer in heard)
    run.expect(not late, f"a final answer to every caller of the other one: {late}")
    run.expect(slowest < BUDGET, f"within its time: {slowest:.1f} s")
    run.expect(told[429] > 0 and set(told) <= {202, 429, 503}, f"the flood is taken in or told to wait: {dict(told)}")
    run.note = (
        f"flood {dict(told)}, the other's {len(heard)} callers: slowest {slowest:.1f} s, {still_queued} open then"
    )


def _all_booked(run: Run, caller: Caller, number: int, strict: SandboxProcess) -> None:
    calls = [partial(caller.follow, caller.book(), within=300) for _ in range(number)]
    answers = all_at_once(calls, threads=number).results()
    run.expect(all(heard.yes for heard in answers), "all are booked once there is room")
    refused = sum(entry["status"] == 429 for entry in strict.journal("request"))
    run.note = f"{refused} answers 429 to {len(strict.journal('request'))} requests"


def _breaker_is_open(run: Run, caller: Caller) -> bool:
    """As the web's metrics tell it, which read what workers wrote to Redis."""
    account = run.site.crew.operators.show_organization(caller.agent.org_id).accounts[0]
    text = requests.get(run.site.crew.url + "/metrics", timeout=10).text
    return f'ringbook_calcom_breaker_open{{account="{account.id}"}} 1.0' in text


def _seconds_until(probe: Callable[[], bool], what: str) -> float:
    began = time.monotonic()
    eventually(probe, within=90, every=0.1, what=what)
    return time.monotonic() - began
