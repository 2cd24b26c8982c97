"""200 callers who ask for the free times of one event type at once, with nothing cached: how often Cal.com is asked."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figures import Aim, Figure, Row, Scale, milliseconds
from tests.bench.load import at_times, post
from tests.bench.place import open_place
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
        body = {"action": "suggest", "org_id": agent.org_id, "agent_id": agent.id}
        asked: dict[str, list[float]] = {"ours": [], "direct": []}
        slowest: dict[str, list[float]] = {"ours": [], "direct": []}
        sides = {"ours": post(site.url + MANAGE, body), "direct": post(f"{direct.url}/suggest", {})}
        for _ in range(scale.repeats):
            for side, request in sides.items():
                with place.valkey.client() as client:
                    client.delete(*client.keys("ringbook:slots:*") or ["none"])
                before = _looks(sandbox)
                url = site.url if side == "ours" else direct.url
                load = at_times(url, [(0.0, request)] * CALLERS).insist(200)
                asked[side].append(_looks(sandbox) - before)
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


def _looks(sandbox: SandboxProcess) -> int:
    return sum(entry["path"].startswith("/v2/slots") for entry in sandbox.journal("request"))
