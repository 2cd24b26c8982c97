"""Bookings a second on an upstream that answers at once: against a bare task that only echoes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat

from app.domain.directory import Agent
from tests.bench.diary import bookings
from tests.bench.figures import Aim, Figure, Row, Scale, milliseconds
from tests.bench.load import Load, closed_loop, post
from tests.bench.place import Site, open_place

LINE = "bookings a second, 16 clients"
CLIENTS = 16
AGENTS = 32
"""So many that neither an organization's queue nor an account's seats are what is measured."""

NOTES = {"sqlite": "the echo neither keeps anything nor asks anybody", "postgresql": "this server does not fsync"}


def measure(scale: Scale) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        with open_place(kind) as place:
            site = place.open_site(place.napping_upstream(0.0))
            agents = site.agents(AGENTS)
            bare = place.bare(site)
            echo = post(f"{bare.url}/echo", {"text": "hello"})
            ours: list[Load] = []
            theirs: list[Load] = []
            for seconds in (1.0, *[scale.seconds] * scale.repeats):
                ours.append(book_for(site, agents, seconds))
                theirs.append(closed_loop(bare.url, repeat(echo), clients=CLIENTS, seconds=seconds).insist(200))
        yield Row(
            line=LINE,
            what=f"{kind}, bookings/s",
            ours=Figure.of((load.rate for load in ours[1:]), "/s"),
            bare=Figure.of((load.rate for load in theirs[1:]), "/s"),
            aim=Aim(at_least=0.5),
            note="the echo neither keeps anything nor asks anybody"
            if kind == "sqlite"
            else "fsync is off in this server",
        )
        yield Row(line=LINE, what=f"{kind}, p50", ours=_p50(ours[1:]), bare=_p50(theirs[1:]))


def book_for(site: Site, agents: Sequence[Agent], seconds: float, clients: int = CLIENTS) -> Load:
    return closed_loop(site.url, bookings(site, agents), clients=clients, seconds=seconds).insist(200)


def _p50(loads: Sequence[Load]) -> Figure:
    return Figure.of((milliseconds(load.seconds, 0.5) for load in loads), "ms")
