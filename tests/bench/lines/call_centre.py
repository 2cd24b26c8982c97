"""The call centre: callers arrive, ask for times and book, on one Cal.com key and an upstream as it really is."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from subprocess import CalledProcessError

from app.domain.directory import Agent
from app.domain.errors import CalendarError
from tests.bench.centre.agno_desk import AgnoDesk, agno_python, agno_version
from tests.bench.centre.callers import KNOWS_BY, Call, Caller
from tests.bench.centre.desks import Desk
from tests.bench.centre.direct_desk import DirectDesk
from tests.bench.centre.door import Door
from tests.bench.centre.ringbook_desk import RingbookDesk
from tests.bench.centre.verdicts import Tally, judge
from tests.bench.centre.world import EVENT_TYPE, KEY, first_day, write_world
from tests.bench.figures import Aim, Figure, Row, Scale
from tests.bench.place import Place, Site, open_place
from tests.support.sandbox import SandboxProcess
from tests.support.stack import ROOT

RATES = (30, 100, 300)
SECONDS = 90.0
REAL = (
    *("--latency", "lognormal:0.9:8", "--read-latency", "lognormal:0.5:3", "--rate-limit", "120"),
    *("--chance", "server_error=0.005", "--chance", "server_error_after_commit=0.005"),
    *("--chance", "cut_after_commit=0.005"),
)
"""Median and 99th percentile of a write and of a read; of 100 calls one fails, and of 200 one answer is lost."""

CONNECTED_AFTER = 5
"""Tries at the most."""


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    desk: Desk
    sandbox: SandboxProcess


def measure(scale: Scale) -> Iterator[Row]:
    for rate in (100,) if scale.quick else RATES:
        with open_place() as place:
            sides = list(_sides(place))
            tallies = _play(sides, rate, 30.0 if scale.quick else SECONDS, scale.seed)
        yield from _rows(rate, tallies)


def _sides(place: Place) -> Iterator[Side]:
    """Each with a Cal.com of its own that behaves alike, so that all are served at the same time."""
    world = write_world(place.directory)
    mine, direct, published = (place.sandbox(*REAL, "--world", str(world)) for _ in range(3))
    site = place.open_site(mine.url, {"SWEEP_SECONDS": "180"})
    yield Side("ringbook", RingbookDesk(site.url, _agent(site)), mine)
    client = place.direct(site, direct, key=KEY, event_type_id=EVENT_TYPE)
    yield Side("direct", DirectDesk(client.url), direct)
    try:
        yield Side(f"agno {agno_version()}", _agno(place, published), published)
    except CalledProcessError:
        print("agno could not be installed and is left out", flush=True)


def _agent(site: Site) -> Agent:
    """Of the calls that connect one fails now and then, too: then once more, as an operator would."""
    for _ in range(CONNECTED_AFTER - 1):
        with suppress(CalendarError):
            return site.add_agent(EVENT_TYPE, key=KEY)
    return site.add_agent(EVENT_TYPE, key=KEY)


def _agno(place: Place, sandbox: SandboxProcess) -> AgnoDesk:
    door = place.enter(Door(sandbox.url, place.directory))
    processes = place.processes("agno")
    environ = {"PATH": os.environ["PATH"], "HTTPS_PROXY": door.url, "REQUESTS_CA_BUNDLE": str(door.trusted)}  # noqa: TID251
    server = ROOT / "tests" / "bench" / "centre" / "agno_server.py"
    processes.start("agno", (agno_python(), str(server), KEY, str(EVENT_TYPE)), environ | {"AGNO_TELEMETRY": "false"})
    processes.await_ready("agno", lambda: processes.said("agno", "listening on"))
    return AgnoDesk(processes.log("agno").split("listening on ", 1)[1].split()[0])


def _play(sides: Sequence[Side], rate: float, seconds: float, seed: int) -> dict[str, Tally]:
    """The same callers at the same moments on every side."""
    dice = random.Random(seed)  # noqa: S311
    at, arrivals = dice.expovariate(rate / 60), []
    while at < seconds:
        arrivals.append(at)
        at += dice.expovariate(rate / 60)
    calls: dict[str, list[Call]] = {side.name: [] for side in sides}
    crowds = [
        threading.Thread(target=_let_in, args=(side.desk, arrivals, seed, calls[side.name]), daemon=True)
        for side in sides
    ]
    for crowd in crowds:
        crowd.start()
    for crowd in crowds:
        crowd.join()
    return {
        side.name: judge(calls[side.name], side.sandbox.bookings(), side.sandbox.journal("request")) for side in sides
    }


def _let_in(desk: Desk, arrivals: Sequence[float], seed: int, calls: list[Call]) -> None:
    """Return when the last one has been told all there is to tell."""
    began, day, threads = time.monotonic(), first_day(), []
    for number, at in enumerate(arrivals):
        time.sleep(max(0.0, began + at - time.monotonic()))
        caller = Caller(number, desk, random.Random(f"{seed} {number}"), day)  # noqa: S311
        calls.append(caller.call)
        threads.append(threading.Thread(target=caller.play, daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(KNOWS_BY)


def _rows(rate: int, tallies: dict[str, Tally]) -> Iterator[Row]:
    ours, *others = (name for name in tallies)
    for name in others:
        yield from _against(rate, tallies[ours], tallies[name], name, is_first=name == others[0])


def _against(rate: int, mine: Tally, theirs: Tally, name: str, *, is_first: bool) -> Iterator[Row]:
    """The aims are for a hundred callers a minute, and are judged once."""
    line = f"call centre, {rate} a minute, against {name}"
    aims = (
        ("right", "right_share", "%", Aim(at_least=99, of_ours=True)),
        ("doubled", "doubled", "", Aim(at_most=0, of_ours=True)),
        ("lost", "lost", "", Aim(at_most=0, of_ours=True)),
        ("told something untrue", "untrue", "", Aim(at_most=0, of_ours=True)),
        ("not served, and told so", "not_served", "", None),
        ("true answer, p50", "p50", "s", None),
        ("true answer, p95", "p95", "s", None),
        ("true answer, p99", "p99", "s", None),
        ("calls to Cal.com", "calls", "", Aim(at_most=0.5)),
        ("of these refused with 429", "limited", "", None),
    )
    for what, attribute, unit, aim in aims:
        ours, bare = getattr(mine, attribute), getattr(theirs, attribute)
        yield Row(
            line=line,
            what=what,
            ours=Figure.of([ours], unit),
            bare=Figure.of([bare], unit),
            aim=aim if rate == 100 and is_first else None,
            note=f"{mine.callers} callers" if what == "right" else "",
        )
