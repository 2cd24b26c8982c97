"""The lines of those who wait, and cold slots, once more with a million jobs in the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from app.domain.directory import Agent
from app.storage.tables import jobs
from tests.bench.figures import Row, Scale, milliseconds
from tests.bench.lines.cold_slots import READ_LATENCY, all_at_once, suggestion
from tests.bench.lines.growth import Measured, with_more_jobs
from tests.bench.lines.reads_while_waiting import with_waiters
from tests.bench.lines.waiting import BUDGET, NAP, THREADS, wave_of_ringbook
from tests.bench.lines.warm_reads import asks
from tests.bench.place import Place, Site, open_place, set_nap
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import eventually

CALLERS = 1000
REPEATS = 2


def measure(scale: Scale) -> Iterator[Row]:
    callers = 300 if scale.quick else CALLERS
    with open_place("postgresql") as place:
        upstream = place.napping_upstream(0.0)
        site = place.open_site(upstream, THREADS)
        agents = site.agents(callers // 10)
        sandbox = place.sandbox("--read-latency", READ_LATENCY)
        looked_at = site.add_agent(base_url=f"{sandbox.url}/v2")

        def all_lines() -> Measured:
            return _cold_slots(place, site, looked_at, sandbox) | _waiting(site, agents, upstream, callers)

        yield from with_more_jobs(scale, site, all_lines)


def _cold_slots(place: Place, site: Site, agent: Agent, sandbox: SandboxProcess) -> Measured:
    found: Measured = {}
    for _ in range(REPEATS):
        looks, load = all_at_once(place, sandbox, site.url, suggestion(site, agent))
        found.setdefault("cold slots, 200 callers at once, calls to Cal.com", []).append(looks)
        found.setdefault("cold slots, 200 callers at once, p99 ms", []).append(milliseconds(load.seconds, 0.99))
    return found


def _waiting(site: Site, agents: Sequence[Agent], upstream: str, callers: int) -> Measured:
    """Ends when nothing is under way any more."""
    found: Measured = {}
    requests = asks(site, agents[:8], "availability")
    for _ in range(REPEATS):
        set_nap(upstream, NAP)
        wave = wave_of_ringbook(site, agents, callers)
        found.setdefault(f"{callers} wait at once, p50 until told ms", []).append(milliseconds(wave.told, 0.5))
        found.setdefault(f"{callers} wait at once, p99 wake-up ms", []).append(milliseconds(wave.woken, 0.99))
        _until_idle(site)
        set_nap(upstream, BUDGET + 5)
        beside, _ = with_waiters(site, agents, callers, requests)
        found.setdefault(f"reads while {callers} wait, p99 ms", []).append(milliseconds(beside.seconds, 0.99))
        set_nap(upstream, 0.0)
        _until_idle(site)
    return found


def _until_idle(site: Site) -> None:
    eventually(lambda: _unfinished(site) == 0, within=180, what="all jobs are final")


def _unfinished(site: Site) -> int:
    with site.database._reading.connect() as connection:
        return connection.execute(select(func.count()).where(jobs.c.finished_at.is_(None))).scalar_one()
