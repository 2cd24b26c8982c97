"""The fast lines once more with a million jobs in the table, with 500 organizations, and with more workers."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle

from sqlalchemy import func, select

from app.domain.directory import Agent
from app.storage.tables import jobs
from tests.bench.diary import bookings
from tests.bench.figures import Aim, Figure, Row, Scale
from tests.bench.growth_rows import multiply
from tests.bench.lines.own_cost import NAP, one_side, paced
from tests.bench.lines.throughput import book_for
from tests.bench.lines.warm_reads import CLIENTS, asks
from tests.bench.load import at_times, closed_loop
from tests.bench.place import Site, open_place, set_nap
from tests.support.waiting import eventually

LINE = "growth"
FEW_JOBS, MANY_JOBS = 1_000, 1_000_000
MANY_ORGANIZATIONS = 500
DRAINED = 400
SLOW = 0.9
"""Seconds a write to Cal.com takes, as in the call centre: then threads that wait are what there is too little of."""

DRAINED_SLOWLY = 384
"""Rounds of all threads without a rest, for 1, 2 and 4 workers of 16."""

NEAR_LINEAR = 0.9
Measured = dict[str, list[float]]


def measure(scale: Scale) -> Iterator[Row]:
    with open_place("postgresql") as place:
        upstream = place.napping_upstream(0.0)
        site = place.open_site(upstream)
        agents = site.agents(32)
        yield from with_more_jobs(scale, site, lambda: _all_lines(scale, site, upstream, agents))
        crowd = site.agents(MANY_ORGANIZATIONS)
        one, all_of_them = (_all_lines(scale, site, upstream, some) for some in (crowd[:1], crowd))
        yield from compare(f"1 to {MANY_ORGANIZATIONS} organizations", one, all_of_them)
    yield from _workers(scale)


def with_more_jobs(scale: Scale, site: Site, measured: Callable[[], Measured]) -> Iterator[Row]:
    """The same measured twice, with few jobs in the table and with many."""
    at_times(site.url, paced([next(bookings(site, site.agents(1))) for _ in range(20)])).insist(200)
    multiply(site.settings.database_url, FEW_JOBS)
    few = measured()
    more = (100_000 if scale.quick else MANY_JOBS) - FEW_JOBS
    multiply(site.settings.database_url, more, offset=FEW_JOBS)
    yield from compare(f"{FEW_JOBS} to {FEW_JOBS + more} jobs", few, measured())


def _all_lines(scale: Scale, site: Site, upstream: str, agents: Sequence[Agent]) -> Measured:
    """Costs, so that less is better throughout."""
    found = _reads(scale, site, agents)
    set_nap(upstream, NAP)
    for _ in range(scale.repeats):
        middle, slow = one_side(site, agents, upstream, scale.seconds)
        found.setdefault("a booking's own cost, p50 ms", []).append(middle)
        found.setdefault("a booking's own cost, p99 ms", []).append(slow)
    set_nap(upstream, 0.0)
    book_for(site, agents, 1.0)
    for _ in range(scale.repeats):
        found.setdefault("a booking, ms at full load", []).append(1000 / book_for(site, agents, scale.seconds).rate)
    return found


def _reads(scale: Scale, site: Site, agents: Sequence[Agent]) -> Measured:
    requests = cycle(asks(site, agents, "availability"))
    loads = [
        closed_loop(site.url, requests, clients=CLIENTS, seconds=scale.seconds).insist(200)
        for _ in range(scale.repeats)
    ]
    return {"a warm read, ms at full load": [1000 / load.rate for load in loads]}


def compare(what: str, small: Measured, large: Measured) -> Iterator[Row]:
    note = "the counterpart is Ringbook itself at the small size"
    for name, values in large.items():
        yield Row(
            line=f"{LINE}, {what}",
            what=name,
            ours=Figure.of(values, _unit(name)),
            bare=Figure.of(small[name], _unit(name)),
            aim=Aim(at_most=1.2),
            note=note,
        )
        note = ""


def _unit(name: str) -> str:
    return "ms" if " ms" in name else ""


def _workers(scale: Scale) -> Iterator[Row]:
    """How fast a queue is worked off; the web process does nothing meanwhile."""
    at_once: dict[int, list[float]] = {}
    slowly: dict[int, list[float]] = {}
    for workers in (1, 2, 4):
        with open_place("postgresql") as place:
            upstream = place.napping_upstream(0.0)
            site = place.open_site(upstream, workers=workers)
            agents = site.agents(32)
            repeats = min(scale.repeats, 3)
            at_once[workers] = [_drain(site, agents, DRAINED) for _ in range(repeats + 1)][1:]
            set_nap(upstream, SLOW)
            slowly[workers] = [_drain(site, agents, DRAINED_SLOWLY) for _ in range(repeats)]
    for workers in (2, 4):
        for what, rates, aim, note in (
            (f"{SLOW} s", slowly, Aim(at_least=NEAR_LINEAR * workers), "16 threads each, which wait for the upstream"),
            ("0 s", at_once, None, "two cores, on which PostgreSQL, Valkey and the upstream run as well"),
        ):
            yield Row(
                line=f"{LINE}, 1 to {workers} workers",
                what=f"jobs worked off on an upstream of {what}, /s",
                ours=Figure.of(rates[workers], "/s"),
                bare=Figure.of(rates[1], "/s"),
                aim=aim,
                note=note,
            )


def _drain(site: Site, agents: Sequence[Agent], number: int) -> float:
    """Jobs a second, from the moment on at which frozen workers thaw."""
    diary = bookings(site, agents, {"Prefer": "respond-async"})
    before = _finished(site)
    for process in site.worker_processes():
        process.send_signal(signal.SIGSTOP)
    at_times(site.url, paced([next(diary) for _ in range(number)], 80.0)).insist(202)
    began = time.monotonic()
    for process in site.worker_processes():
        process.send_signal(signal.SIGCONT)
    eventually(lambda: _finished(site) >= before + number, within=120, every=0.02, what="the queue is worked off")
    return number / (time.monotonic() - began)


def _finished(site: Site) -> int:
    with site.database._reading.connect() as connection:
        done = select(func.count()).where(jobs.c.finished_at.is_not(None))
        return connection.execute(done).scalar_one()
