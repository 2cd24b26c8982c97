"""Reads from the cache while a thousand callers wait in the same process: against the same with nobody waiting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle
from threading import Thread

from sqlalchemy import func, select

from app.domain.directory import Agent
from app.storage.tables import jobs
from tests.bench.diary import bookings
from tests.bench.figures import Aim, Figure, Row, Scale, milliseconds
from tests.bench.lines.own_cost import paced
from tests.bench.lines.waiting import BUDGET, THREADS, WAIT
from tests.bench.lines.warm_reads import asks
from tests.bench.load import Load, at_times
from tests.bench.place import Site, open_place, set_nap
from tests.support.waiting import eventually

LINE = "reads while 1,000 wait"
RATE = 20.0
SECONDS = 6.0


def measure(scale: Scale) -> Iterator[Row]:
    callers = 300 if scale.quick else 1000
    alone: list[Load] = []
    beside: list[Load] = []
    beyond: list[float] = []
    with open_place("postgresql") as place:
        upstream = place.napping_upstream(0.0)
        site = place.open_site(upstream, THREADS)
        agents = site.agents(callers // 10)
        requests = asks(site, agents[:8], "availability")
        at_times(site.url, paced([next(bookings(site, agents)) for _ in range(20)])).insist(200)
        set_nap(upstream, BUDGET + 5)
        for _ in range(1 if scale.quick else 2):
            alone.append(read(site, requests))
            waiting, late = with_waiters(site, agents, callers, requests)
            beside.append(waiting)
            beyond.append(late)
    yield Row(
        line=LINE,
        what=f"availability, p99 at {RATE:g}/s",
        ours=_p99(beside),
        bare=_p99(alone),
        aim=Aim(at_most=3),
        note=f"{callers} wait; the counterpart is Ringbook itself with nobody waiting",
    )
    yield Row(
        line=LINE,
        what="slowest of those who waited in vain, beyond its budget",
        ours=Figure.of(beyond, "ms"),
        aim=Aim(at_most=150, of_ours=True),
        note="all of them are told at the same moment that it is being confirmed",
    )


def with_waiters(site: Site, agents: Sequence[Agent], callers: int, requests: Sequence[bytes]) -> tuple[Load, float]:
    """The reads, begun when all callers are accepted and wait, and by how much the slowest of these was late."""
    began = datetime.now(UTC)
    diary = bookings(site, agents, WAIT)
    waves: list[Load] = []
    wave = [(0.0, next(diary)) for _ in range(callers)]
    thread = Thread(target=lambda: waves.append(at_times(site.url, wave)), daemon=True)
    thread.start()
    with suppress(AssertionError):  # on a slow machine some come too late, or are refused
        eventually(lambda: _accepted(site, began) == callers, within=BUDGET / 2)
    reads = read(site, requests)
    thread.join()
    return reads, 1000 * (max(waves[0].insist(202, 200, 503).seconds) - BUDGET)


def read(site: Site, requests: Sequence[bytes]) -> Load:
    each = cycle(requests)
    return at_times(site.url, paced([next(each) for _ in range(int(RATE * SECONDS))], RATE)).insist(200)


def _accepted(site: Site, since: datetime) -> int:
    with site.database._reading.connect() as connection:
        return connection.execute(select(func.count()).where(jobs.c.created_at >= since)).scalar_one()


def _p99(loads: Sequence[Load]) -> Figure:
    return Figure.of((milliseconds(load.seconds, 0.99) for load in loads), "ms")
