"""What Ringbook adds to a booking, at 20 a second on an upstream of 300 ms: against a bare task that naps so long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.directory import Agent
from tests.bench.diary import bookings
from tests.bench.figures import Aim, Figure, Row, Scale, milliseconds
from tests.bench.load import Load, at_times, post
from tests.bench.place import DIRECT_HEADERS, Site, direct_booking, open_place
from tests.bench.upstream import WORKING_HOUR

LINE = "a booking's own cost, 20/s"
RATE = 20.0
NAP = 0.3
AGENTS = 8


def measure(scale: Scale) -> Iterator[Row]:
    with open_place() as place:
        upstream = place.napping_upstream(NAP)
        site = place.open_site(upstream)
        agents = site.agents(AGENTS)
        bare = place.bare(site)
        nap = post(f"{bare.url}/nap/{NAP}", {})
        direct = post(f"{upstream}/v2/bookings", direct_booking(WORKING_HOUR), DIRECT_HEADERS)
        diary = bookings(site, agents)
        ours, theirs, upstream_times = [], [], []
        for keep in (False, *[True] * scale.repeats):
            seconds = scale.seconds * 2 if keep else 2.0
            alone = at_times(upstream, paced([direct] * int(RATE * seconds / 4))).insist(201)
            mine = at_times(site.url, paced([next(diary) for _ in range(int(RATE * seconds))]))
            bares = at_times(bare.url, paced([nap] * int(RATE * seconds))).insist(200)
            if keep:
                upstream_times.append(milliseconds(alone.seconds, 0.5))
                ours.append(mine)
                theirs.append(bares)
    yield from _rows(ours, theirs, upstream_times)


def paced(requests: Sequence[bytes], rate: float = RATE) -> list[tuple[float, bytes]]:
    return [(number / rate, request) for number, request in enumerate(requests)]


def added(load: Load, upstream: float, share: float) -> float:
    """Milliseconds beyond what the upstream took."""
    answered = [reply.seconds if reply.status < 300 else float("inf") for reply in load.replies]
    return milliseconds(answered, share) - upstream


def _rows(ours: Sequence[Load], theirs: Sequence[Load], upstream: Sequence[float]) -> Iterator[Row]:
    late = max(milliseconds(load.late, 0.99) for load in (*ours, *theirs))
    alone = Figure.of(upstream)
    refused = sum(reply.status != 200 for load in ours for reply in load.replies)
    note = f"straight to the upstream {alone.median:.1f} ms; requests left {late:.1f} ms late (p99)"
    note += f"; {refused} refused, which count as never answered" if refused else ""
    for name, share, most in (("p50", 0.5, 2.5), ("p99", 0.99, 3.0)):
        yield Row(
            line=LINE,
            what=name,
            ours=Figure.of((added(load, base, share) for load, base in zip(ours, upstream, strict=True)), "ms"),
            bare=Figure.of((added(load, NAP * 1000, share) for load in theirs), "ms"),
            aim=Aim(at_most=most),
            note=note if share == 0.5 else "",
        )


def one_side(site: Site, agents: Sequence[Agent], upstream: str, seconds: float) -> tuple[float, float]:
    """Ringbook's own p50 and p99 in milliseconds, without a counterpart."""
    direct = post(f"{upstream}/v2/bookings", direct_booking(WORKING_HOUR), DIRECT_HEADERS)
    alone = at_times(upstream, paced([direct] * 10)).insist(201)
    diary = bookings(site, agents)
    load = at_times(site.url, paced([next(diary) for _ in range(int(RATE * seconds))]))
    base = milliseconds(alone.seconds, 0.5)
    return added(load, base, 0.5), added(load, base, 0.99)
