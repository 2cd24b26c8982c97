"""200 callers who ask for the free times of one event type at once, with nothing cached: how often Cal.com is asked."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.directory import Agent
from tests.bench.figures import Aim, Figure, Row, Scale, milliseconds
from tests.bench.load import Load, at_times, post
from tests.bench.place import Place, Site, open_place
from tests.support.sandbox import SandboxProcess
from tests.support.stack import MANAGE

LINE = "cold slots, 200 callers at once"
CALLERS = 200
READ_LATENCY = "0.5"


def measure(scale: Scale) -> Iterator[Row]:
    with open_place() as place:
        sandbox = place.sandbox("--read-latency", READ_LATENCY)
        site = place.open_site(sandbox.url)
        agent = site.agents(1)[0]
        direct = place.direct(site, sandbox)
        asked: dict[str, list[float]] = {"ours": [], "direct": []}
        slowest: dict[str, list[float]] = {"ours": [], "direct": []}
        sides = {
            "ours": (site.url, suggestion(site, agent)),
            "direct": (direct.url, post(f"{direct.url}/suggest", {})),
        }
        for _ in range(scale.repeats):
            for side, (url, request) in sides.items():
                looks, load = all_at_once(place, sandbox, url, request)
                asked[side].append(looks)
                slowest[side].append(milliseconds(load.seconds, 0.99))
    yield Row(
        line=LINE,
        what="calls to Cal.com",
        ours=Figure.of(asked["ours"]),
        bare=Figure.of(asked["direct"]),
        aim=Aim(at_most=1, of_ours=True),
        note="the counterpart is the direct client of the call centre",
    )
    yield Row(line=LINE, what="p99", ours=Figure.of(slowest["ours"], "ms"), bare=Figure.of(slowest["direct"], "ms"))


def suggestion(site: Site, agent: Agent) -> bytes:
    return post(site.url + MANAGE, {"action": "suggest", "org_id": agent.org_id, "agent_id": agent.id})


def all_at_once(place: Place, sandbox: SandboxProcess, url: str, request: bytes) -> tuple[int, Load]:
    """With nothing cached; and how often Cal.com was asked meanwhile."""
    with place.valkey.client() as client:
        client.delete(*client.keys("ringbook:slots:*") or ["none"])
    before = _looks(sandbox)
    load = at_times(url, [(0.0, request)] * CALLERS).insist(200)
    return _looks(sandbox) - before, load


def _looks(sandbox: SandboxProcess) -> int:
    return sum(entry["path"].startswith("/v2/slots") for entry in sandbox.journal("request"))
