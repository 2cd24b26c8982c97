"""Times the desk's pages about jobs among few jobs and among many: `python -m tests.bench.desk_pages --help`.

Prints, for each page, median and 95th percentile of the server's time in milliseconds, and how many times as long the
same page takes among many jobs. Requests to the two databases alternate, so that both meet the same noise. Where the
few jobs do not fill the page that the many fill, most of the difference is the rows that are written: such a page is
put beside the plain list of the few as well, which has as many.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.admin.job_filter import place_text
from app.domain.job_search import JobSearch, Part
from app.domain.operators import Role
from app.storage.database import Database
from app.storage.schema import migrate
from app.storage.tables import jobs
from config.logs import configure_logging
from tests.admin.site import Browser, DeskSite
from tests.bench.made_up import account_id, agent_id, org_id, person
from tests.bench.seed_jobs import seed
from tests.support.postgres import PostgresDatabases, running_server
from tests.support.valkey import ValkeyServer

FEW = 1000
WARM = 20
"""Requests before those that are timed: more than PostgreSQL runs a statement before it may settle for one plan."""


class Among:
    """A desk on a database of `count` jobs, and an operator at it."""

    def __init__(self, directory: Path, url: str, count: int, redis_url: str) -> None:
        self.count = count
        self.site = DeskSite(directory, database_url=url, redis_url=redis_url, calcom_url="http://127.0.0.1:1")
        self.browser: Browser = self.site.browser(Role.OPERATOR)
        self.browser.get("/jobs")
        self.middle = self._middle(url)

    def _middle(self, url: str) -> str:
        """A place half-way down the list."""
        database = Database(url, secret_keys=self.site.settings.secret_keys)
        with database.reading_unit() as unit:
            newest = unit.job_list.page(JobSearch(), Part(limit=1)).rows[0].job
            until = newest.created_at - timedelta(days=45)
            found = unit.job_list.page(JobSearch(until=until), Part(limit=1)).rows[0]
        database.dispose()
        return place_text(found.place)

    def searched(self, text: str) -> str:
        """Where the search box leads to; empty where there is nothing."""
        return self.browser.post("/jobs/search", search=text).goes_to

    def appointment(self, chance: random.Random) -> str:
        """That of some job: not every number has one."""
        while not (address := self.searched(f"appt_{known(self, chance):026d}")):
            pass
        return address


Ask = Callable[[Among, random.Random], str]


def known(among: Among, chance: random.Random, share: float = 1.0) -> int:
    """The number of a job or a person that both databases have."""
    return chance.randrange(int(min(among.count, FEW) * share))


PAGES: dict[str, Ask] = {
    "list": lambda _, __: "/jobs",
    "list, half-way down": lambda among, _: f"/jobs?before={among.middle}",
    "list, upwards from there": lambda among, _: f"/jobs?after={among.middle}",
    "state failed": lambda _, __: "/jobs?state=failed",
    "state queued": lambda _, __: "/jobs?state=queued",
    "action": lambda _, chance: f"/jobs?action={chance.choice(['book', 'cancel', 'reschedule'])}",
    "organization": lambda _, chance: f"/jobs?org={org_id(chance.randrange(4))}",
    "organization, failed": lambda _, __: f"/jobs?org={org_id(0)}&state=failed",
    "agent": lambda _, chance: f"/jobs?org={org_id(0)}&agent={agent_id(0, chance.randrange(3))}",
    "account": lambda _, chance: f"/jobs?account={account_id(chance.randrange(4))}",
    "error code": lambda _, __: "/jobs?result=slot_taken",
    "error code, rare": lambda _, __: "/jobs?result=internal",
    "attempts, 2 or more": lambda _, __: "/jobs?tries=2",
    "attempts, 5 or more": lambda _, __: "/jobs?tries=5",
    "time, ten days": lambda _, __: f"/jobs?from={_ago(40)}&to={_ago(30)}",
    "time, last 7 days": lambda _, __: "/jobs?within=7d",
    "call session": lambda among, chance: f"/jobs?call=call_{known(among, chance, 0.5):020d}",
    "search by e-mail": lambda among, chance: among.searched(f"caller{5 * known(among, chance, 0.05)}@mail.example"),
    "search by phone": lambda among, chance: among.searched(person(10 * known(among, chance, 0.025)).phone),
    "search by appointment": lambda among, chance: among.appointment(chance),
    "one job": lambda among, chance: f"/jobs/job_{known(among, chance):026d}",
}
"""Where each page is; what is searched for is typed into the box, and the page it leads to is timed."""


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", type=int, default=1_000_000, help="many, on PostgreSQL; 0 leaves it out")
    parser.add_argument("--sqlite", type=int, default=100_000, help="many, on SQLite; 0 leaves it out")
    parser.add_argument("--repeats", type=int, default=100, help="requests of each page on each database")
    parser.add_argument("--seeded", nargs=2, metavar="URL", help="two databases of seed_jobs to measure on, instead")
    given = parser.parse_args()
    configure_logging("bench", "WARNING")
    valkey = ValkeyServer()
    valkey.start()
    try:
        for name, few, many in databases(given):
            with tempfile.TemporaryDirectory() as directory:
                report(name, [open_among(directory, *each, valkey.url) for each in (few, many)], given.repeats)
    finally:
        valkey.close()


def databases(given: argparse.Namespace) -> Iterator[tuple[str, tuple[str, int], tuple[str, int]]]:
    """A name, and address and number of jobs of each of two."""
    if given.seeded:
        few, many = ((url, _count(url)) for url in given.seeded)
        yield "as given", few, many
        return
    with ExitStack() as stack:
        if given.sqlite:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            urls = [f"sqlite:///{directory}/{count}.db" for count in (FEW, given.sqlite)]
            yield "SQLite", filled(urls[0], FEW), filled(urls[1], given.sqlite)
        if given.postgresql:
            server = stack.enter_context(running_server())
            made = [stack.enter_context(PostgresDatabases(server.url).empty()) for _ in range(2)]
            yield "PostgreSQL", filled(made[0], FEW), filled(made[1], given.postgresql)


def filled(url: str, count: int) -> tuple[str, int]:
    migrate(url)
    seed(url, count, until=datetime.now(UTC))
    return url, count


def _count(url: str) -> int:
    database = Database(url, secret_keys=("A" * 43 + "=",))
    with database.reading_unit() as unit:
        number = int(unit._connection.scalar(select(func.count()).select_from(jobs)) or 0)
    database.dispose()
    return number


def open_among(directory: str, url: str, count: int, redis_url: str) -> Among:
    place = Path(directory) / str(count)
    place.mkdir()
    return Among(place, url, count, redis_url)


def report(name: str, both: list[Among], repeats: int) -> None:
    chance = random.Random(1)  # noqa: S311 - which pages, not a secret
    few, many = both
    print(f"\n{name}: among {few.count} and {many.count} jobs, {repeats} requests each, milliseconds")
    print(f"{'':26}{'rows':>9}{'median':>18}{'p95':>18}{'ratio of medians':>18}{'of p95':>9}{'rows alike':>12}{'':>9}")
    full: tuple[float, float, float] | None = None
    for page, ask in PAGES.items():
        (rows_few, times_few), (rows_many, times_many) = alternately(both, ask, chance, repeats)
        middles = [statistics.median(times) for times in (times_few, times_many)]
        highs = [statistics.quantiles(times, n=20)[18] for times in (times_few, times_many)]
        full = full or (rows_few, middles[0], highs[0])
        is_fuller = rows_few < rows_many == full[0]
        alike = f"{middles[1] / full[1]:12.2f}{highs[1] / full[2]:9.2f}" if is_fuller else ""
        print(
            f"{page:26}{rows_few:4.0f} {rows_many:4.0f}{middles[0]:9.1f}{middles[1]:9.1f}"
            f"{highs[0]:9.1f}{highs[1]:9.1f}{middles[1] / middles[0]:18.2f}{highs[1] / highs[0]:9.2f}{alike}",
            flush=True,
        )
    for each in both:
        each.site.close()


def alternately(both: list[Among], ask: Ask, chance: random.Random, repeats: int) -> list[tuple[float, list[float]]]:
    """Of each: how many rows its pages had on average, and how long each page took."""
    rows: list[list[int]] = [[], []]
    times: list[list[float]] = [[], []]
    for turn in range(WARM + repeats):
        for number, among in enumerate(both):
            address = ask(among, chance)
            began = time.perf_counter()
            page = among.browser.get(address)
            took = (time.perf_counter() - began) * 1000
            assert page.status == 200, (address, page.status)
            if turn >= WARM:
                times[number].append(took)
                rows[number].append(len(re.findall(r'class="whole"', page.html)))
    return [(statistics.mean(counted), took) for counted, took in zip(rows, times, strict=True)]


if __name__ == "__main__":
    main()
