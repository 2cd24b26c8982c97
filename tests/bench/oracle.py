"""Times unknown ids against foreign ones, through real HTTP: `python -m tests.bench.oracle`.

Prints both distributions of each pair and how likely a difference like theirs is where there is none (rank test).
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from math import erfc, sqrt
from pathlib import Path
from typing import Any

import requests

from app.domain.directory import Agent
from app.domain.identifiers import new_appointment_id
from config.logs import configure_logging
from tests.journeys.test_a_caller_books import free_time
from tests.support.sandbox import SandboxProcess
from tests.support.stack import MANAGE, Stack
from tests.support.valkey import ValkeyServer

UNKNOWN_ORG, UNKNOWN_AGENT = "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000001"
ANYTIME = "2031-01-06T10:00:00Z"
Ask = Callable[[], requests.Response]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000, help="of each of the two kinds")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - an order, not a secret
    configure_logging("bench", "WARNING")
    valkey = ValkeyServer()
    valkey.start()
    try:
        with tempfile.TemporaryDirectory() as directory, SandboxProcess() as sandbox:
            stack = Stack(
                Path(directory),
                database_url=f"sqlite:///{directory}/ringbook.db",
                redis_url=valkey.url,
                calcom_url=f"{sandbox.url}/v2",
                LIMIT_FAILURES="0",
            )
            try:
                stack.start("web", "worker")
                compare(stack, given.requests, chance)
            finally:
                stack.stop()
    finally:
        valkey.close()


def compare(stack: Stack, number: int, chance: random.Random) -> None:
    mine, theirs = stack.add_agent(101), stack.add_agent(102)
    caller: dict[str, Any] = {"name": "Jane", "email": "jane@example.com"}
    booked = stack.manage(theirs, action="book", appointment_datetime=free_time(), **caller)
    foreign = booked.json()["data"]["appointment_id"]
    for name, unknown, other in pairs(stack, mine, theirs, foreign):
        seen = interleaved(unknown, other, number, chance)
        print(f"\n{name}: {number} each, in random order")
        for kind, times in zip(("unknown", "foreign"), seen, strict=True):
            cuts = statistics.quantiles(times, n=100)
            print(f"  {kind}  p5 {cuts[4]:6.2f}  p50 {cuts[49]:6.2f}  p95 {cuts[94]:6.2f}  p99 {cuts[98]:6.2f} ms")
        better, likely = rank_test(*seen)
        print(f"  a foreign one takes longer in {better:.1%} of all pairs; p = {likely:.2f} (Mann-Whitney, two-sided)")


def pairs(stack: Stack, mine: Agent, theirs: Agent, foreign: str) -> list[tuple[str, Ask, Ask]]:
    url, session = stack.url + MANAGE, requests.Session()

    def ask(org_id: str, agent_id: str, action: str, **fields: Any) -> Ask:
        body = {"org_id": org_id, "agent_id": agent_id, "action": action, **fields}
        return lambda: session.post(url, json=body, timeout=30)

    moved = {"appointment_datetime": ANYTIME}
    nobody = new_appointment_id()
    return [
        (
            "organization (unknown) against agent of another one (foreign)",
            ask(UNKNOWN_ORG, UNKNOWN_AGENT, "suggest"),
            ask(mine.org_id, theirs.id, "suggest"),
        ),
        (
            "cancel",
            ask(mine.org_id, mine.id, "cancel", appointment_id=nobody),
            ask(mine.org_id, mine.id, "cancel", appointment_id=foreign),
        ),
        (
            "reschedule",
            ask(mine.org_id, mine.id, "reschedule", appointment_id=nobody, **moved),
            ask(mine.org_id, mine.id, "reschedule", appointment_id=foreign, **moved),
        ),
    ]


def interleaved(unknown: Ask, other: Ask, number: int, chance: random.Random) -> tuple[list[float], list[float]]:
    """Milliseconds of each; stops where the answers differ in anything but their id and date."""
    for ask in (unknown, other) * 50:
        ask()
    first, second = unknown(), other()
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    order = [True] * number + [False] * number
    chance.shuffle(order)
    times: dict[bool, list[float]] = {True: [], False: []}
    for is_unknown in order:
        began = time.perf_counter()
        (unknown if is_unknown else other)()
        times[is_unknown].append((time.perf_counter() - began) * 1000)
    return times[True], times[False]


def rank_test(one: Sequence[float], two: Sequence[float]) -> tuple[float, float]:
    """The share of pairs in which the second is larger, and the two-sided p by the normal approximation."""
    in_order = sorted([(value, 0) for value in one] + [(value, 1) for value in two])
    ranks, at = 0.0, 0
    for _, tied in groupby(in_order, key=lambda pair: pair[0]):
        group = list(tied)
        ranks += (at + (len(group) + 1) / 2) * sum(which for _, which in group)
        at += len(group)
    u = ranks - len(two) * (len(two) + 1) / 2
    spread = sqrt(len(one) * len(two) * (len(one) + len(two) + 1) / 12)
    return u / (len(one) * len(two)), erfc(abs(u - len(one) * len(two) / 2) / spread / sqrt(2))


if __name__ == "__main__":
    main()
