"""Free times from the cache, 32 clients: against a Flask route that fetches an answer which lies ready in Redis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from app.domain.directory import Agent
from tests.bench.bare import READY
from tests.bench.figures import Aim, Figure, Row, Scale, milliseconds
from tests.bench.load import Load, at_times, closed_loop, post
from tests.bench.place import Bare, Place, Site, open_place
from tests.bench.processes import processor_seconds
from tests.support.stack import MANAGE

LINE = "warm reads, 32 clients"
CLIENTS = 32
AGENTS = 8
WARMED = 50.0
"""Agents a second that are asked for the first time: as fast as a cold answer comes."""


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    requests: list[bytes]
    pid: int


@dataclass(frozen=True, slots=True)
class Run:
    """`cost`: milliseconds of a core that the web process took for each request."""

    load: Load
    cost: float


def measure(scale: Scale) -> Iterator[Row]:
    with open_place() as place:
        site, agents = open_warm_site(place)
        bare = place.bare(site)
        for action in ("availability", "suggest"):
            yield from _compare(scale, place, site, bare, agents, action)


def open_warm_site(place: Place) -> tuple[Site, list[Agent]]:
    site = place.open_site(place.sandbox().url)
    return site, site.agents(AGENTS)


def asks(site: Site, agents: Sequence[Agent], action: str) -> list[bytes]:
    """One request for each agent, and each once sent, so that the cache has its answer."""
    bodies = [{"action": action, "org_id": agent.org_id, "agent_id": agent.id} for agent in agents]
    requests = [post(site.url + MANAGE, body) for body in bodies]
    at_times(site.url, [(number / WARMED, request) for number, request in enumerate(requests)]).insist(200)
    closed_loop(site.url, cycle(requests), clients=4, seconds=1.0).insist(200)
    return requests


def _compare(scale: Scale, place: Place, site: Site, bare: Bare, agents: Sequence[Agent], action: str) -> Iterator[Row]:
    requests = asks(site, agents, action)
    answer = closed_loop(site.url, cycle(requests), clients=1, seconds=0.1).insist(200).replies[0].body
    with place.valkey.client() as client:
        client.set(READY, answer)
    ready = [post(f"{bare.url}/warm", {"action": action})]
    ours, theirs = _alternate(scale, Target(site.url, requests, site.pids()["web"]), Target(bare.url, ready, bare.web))
    cost = 1e6 * sum(run.load.client_cpu for run in ours) / sum(len(run.load.replies) for run in ours)
    note = f"{len(answer)} bytes an answer; the client itself takes {cost:.0f} us of a core for each"
    yield Row(
        line=LINE,
        what=f"{action}, requests/s",
        ours=Figure.of((run.load.rate for run in ours), "/s"),
        bare=Figure.of((run.load.rate for run in theirs), "/s"),
        aim=Aim(at_least=0.7),
        note=note,
    )
    yield Row(
        line=LINE,
        what=f"{action}, processor time of the web process",
        ours=Figure.of((run.cost for run in ours), "ms"),
        bare=Figure.of((run.cost for run in theirs), "ms"),
    )
    yield Row(line=LINE, what=f"{action}, p50", ours=_times(ours, 0.5), bare=_times(theirs, 0.5))
    yield Row(line=LINE, what=f"{action}, p99", ours=_times(ours, 0.99), bare=_times(theirs, 0.99))


def _alternate(scale: Scale, ours: Target, theirs: Target) -> tuple[list[Run], list[Run]]:
    """Both sides in turn, after a warm-up of each."""
    found: tuple[list[Run], list[Run]] = ([], [])
    for seconds, keep in ((1.0, False), *[(scale.seconds, True)] * scale.repeats):
        for target, runs in zip((ours, theirs), found, strict=True):
            before = processor_seconds([target.pid])
            load = closed_loop(target.url, cycle(target.requests), clients=CLIENTS, seconds=seconds).insist(200)
            if keep:
                runs.append(Run(load, 1000 * (processor_seconds([target.pid]) - before) / len(load.replies)))
    return found


def _times(runs: Sequence[Run], share: float) -> Figure:
    return Figure.of((milliseconds(run.load.seconds, share) for run in runs), "ms")
