"""Times the overview among few and many jobs: `python -m tests.bench.overview --jobs 1000 1000000 --kind postgresql`.

Prints the server time of the page (median and p95) for each window and number of jobs, and how long counting took.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.operators import Role
from config.logs import configure_logging
from tests.admin.site import Browser, DeskSite
from tests.bench.ended_jobs import fill
from tests.support.postgres import PostgresServer
from tests.support.valkey import ValkeyServer

WINDOWS = ("hour", "day", "days")
WARM_UP = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--kind", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--requests", type=int, default=200)
    given = parser.parse_args()
    configure_logging("bench", "ERROR")
    valkey = ValkeyServer()
    valkey.start()
    try:
        with ExitStack() as stack:
            sites = {number: stack.enter_context(open_site(given.kind, valkey, number)) for number in given.jobs}
            viewers = {number: site.browser(Role.VIEWER) for number, site in sites.items()}
            for window in WINDOWS:
                compare(given.kind, window, viewers, given.requests)
    finally:
        valkey.close()


def compare(kind: str, window: str, viewers: dict[int, Browser], requests: int) -> None:
    """In turn, so that whatever else the machine does falls on all alike."""
    times: dict[int, list[float]] = {number: [] for number in viewers}
    for turn in range(WARM_UP + requests):
        for number, viewer in viewers.items():
            took = timed(viewer, window)
            if turn >= WARM_UP:
                times[number].append(took)
    medians = {number: statistics.median(each) for number, each in times.items()}
    first = medians[min(medians)]
    for number, each in times.items():
        p95 = statistics.quantiles(each, n=20)[-1]
        ratio = f"{medians[number] / first:.2f} times the first"
        print(f"{kind} {number:>8} jobs, {window:5}: median {medians[number]:5.1f} ms, p95 {p95:5.1f} ms, {ratio}")


def timed(viewer: Browser, window: str) -> float:
    """Milliseconds inside the server, without sockets."""
    began = time.perf_counter()
    page = viewer.get("/", window=window)
    took = (time.perf_counter() - began) * 1000
    assert page.status == 200
    return took


@contextmanager
def open_site(kind: str, valkey: ValkeyServer, number: int) -> Iterator[DeskSite]:
    with tempfile.TemporaryDirectory() as directory:
        server = PostgresServer() if kind == "postgresql" else None
        try:
            if server is not None:
                server.start()
            url = server.url if server else f"sqlite:///{directory}/ringbook.db"
            site = DeskSite(Path(directory), database_url=url, redis_url=valkey.url, calcom_url="http://127.0.0.1:9")
            began = time.perf_counter()
            fill(url, number, now=datetime.now(UTC) - timedelta(seconds=5))
            filled = time.perf_counter()
            count_all(site)
            print(f"filled in {filled - began:.1f} s, counted in {time.perf_counter() - filled:.1f} s")
            yield site
            site.close()
        finally:
            if server is not None:
                server.close()


def count_all(site: DeskSite) -> None:
    """As the scheduler does it, until nothing is left."""
    (chore,) = (chore for chore in site.container.schedule.chores if chore.name == "tally_jobs")
    before: object = None
    while (mark := _mark(site)) is None or mark != before:
        before = mark
        chore.do()


def _mark(site: DeskSite) -> datetime | None:
    with site.container.desk.overview.read_unit() as unit:
        return unit.tallies.watermark()


if __name__ == "__main__":
    main()
