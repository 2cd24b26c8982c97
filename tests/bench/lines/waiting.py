"""A thousand callers who wait at once on an upstream of 3 s: against one blocking Redis connection for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from app.domain.directory import Agent
from app.storage.tables import jobs
from tests.bench.diary import bookings
from tests.bench.figures import Aim, Figure, Row, Scale, quantile
from tests.bench.load import Load, at_times, post
from tests.bench.place import Bare, Site, open_place
from tests.bench.processes import Peak

LINE = "1,000 callers wait at once"
NAP = 3.0
BUDGET = 25.0
THREADS = {"WEB_THREADS": "1400", "WORKER_THREADS": "500"}
WAIT = {"Prefer": f"wait={BUDGET:g}"}


@dataclass(frozen=True, slots=True)
class Wave:
    """In seconds: `woken` is how long after its outcome each got its answer, `told` how long after it asked, and
    `beyond` how late the slowest was.
    """

    woken: list[float]
    told: list[float]
    beyond: float
    megabytes: float


def measure(scale: Scale) -> Iterator[Row]:
    callers = 300 if scale.quick else 1000
    ours: list[Wave] = []
    theirs: list[Wave] = []
    for _ in range(1 if scale.quick else min(scale.repeats, 3)):
        with open_place("postgresql") as place:
            site = place.open_site(place.napping_upstream(NAP), THREADS)
            agents = site.agents(callers // 10)
            ours.append(wave_of_ringbook(site, agents, callers))
        with open_place("postgresql") as place:
            site = place.site(place.sandbox().url, THREADS)
            bare = place.bare(site, web_threads=1400, worker_threads=500)
            theirs.append(_wave_of_bare(bare, callers))
    yield from _rows(callers, ours, theirs)


def wave_of_ringbook(site: Site, agents: Sequence[Agent], callers: int) -> Wave:
    began = datetime.now(UTC)
    diary = bookings(site, agents, WAIT)
    _warm_up(site.url, [next(diary) for _ in range(20)])
    with Peak([site.pids()["web"]]) as peak:
        load = at_times(site.url, [(0.0, next(diary)) for _ in range(callers)]).insist(200, 202, 503)
    known = _outcomes(site, began)
    found = (
        (reply, known.get(reply.json()["data"]["appointment_id"])) for reply in load.replies if reply.status == 200
    )
    woken = [reply.came_at - at for reply, at in found if at is not None]
    return _wave(load, woken, peak)


def _wave_of_bare(bare: Bare, callers: int) -> Wave:
    request = post(f"{bare.url}/wait/{NAP:f}", {})
    _warm_up(bare.url, [post(f"{bare.url}/wait/0.1", {})] * 20)
    with Peak([bare.web]) as peak:
        load = at_times(bare.url, [(0.0, request)] * callers).insist(200, 500)  # of a thousand it drops one at times
    answers = ((reply.came_at, reply.json()["known_at"]) for reply in load.replies if reply.status == 200)
    woken = [came_at - at for came_at, at in answers if at is not None]
    return _wave(load, woken, peak)


def _wave(load: Load, woken: list[float], peak: Peak) -> Wave:
    told = [reply.seconds for reply in load.replies if reply.status == 200]
    return Wave(woken, told, max(load.seconds) - BUDGET, peak.growth)


def _warm_up(url: str, requests: Sequence[bytes]) -> None:
    at_times(url, [(number / 20, request) for number, request in enumerate(requests)]).insist(200)


def _outcomes(site: Site, since: datetime) -> dict[str, float]:
    """When the job of each appointment asked for since became final, in seconds since the epoch."""
    ended = select(jobs.c.appointment_id, jobs.c.finished_at).where(jobs.c.created_at >= since)
    with site.database._reading.connect() as connection:
        rows = connection.execute(ended.where(jobs.c.finished_at.is_not(None))).all()
    return {appointment_id: finished_at.timestamp() for appointment_id, finished_at in rows}


def _rows(callers: int, ours: Sequence[Wave], theirs: Sequence[Wave]) -> Iterator[Row]:
    told = Figure.of(len(wave.woken) for wave in ours), Figure.of(len(wave.woken) for wave in theirs)
    note = (
        f"{callers} asked within one moment; the others were told within their {BUDGET:g} s that it is being confirmed"
    )
    yield Row(line=LINE, what="told the outcome", ours=told[0], bare=told[1], note=note)
    yield Row(
        line=LINE,
        what="p99 wake-up after the outcome",
        ours=_woken(ours),
        bare=_woken(theirs),
        aim=Aim(at_most=150, of_ours=True),
    )
    yield Row(
        line=LINE,
        what="slowest answer beyond its budget",
        ours=Figure.of((1000 * wave.beyond for wave in ours), "ms"),
        aim=Aim(at_most=150, of_ours=True),
        note="below zero: before it",
    )
    yield Row(
        line=LINE,
        what="memory of the web process for each",
        ours=Figure.of((1000 * wave.megabytes / callers for wave in ours), "kB"),
        bare=Figure.of((1000 * wave.megabytes / callers for wave in theirs), "kB"),
    )


def _woken(waves: Sequence[Wave]) -> Figure:
    return Figure.of((1000 * quantile(wave.woken, 0.99) for wave in waves), "ms")
