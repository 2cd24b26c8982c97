"""One site under fire: sandbox, Valkey, a database of one kind and the crew, with what is needed to hurt each."""

from __future__ import annotations

import random
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import requests
from sqlalchemy import func, select

from app.domain.directory import Agent, Organization
from app.domain.identifiers import new_endpoint_id
from app.domain.webhooks import Endpoint, EndpointStatus
from app.services.agent_settings import AgentSettings
from app.services.change_account import AccountChange
from app.storage.database import Database
from app.storage.webhook_tables import deliveries
from tests.faults.crew import Crew
from tests.faults.truth import Truth, read_entries, read_jobs
from tests.support.postgres import PostgresServer
from tests.support.receiver import Receiver
from tests.support.sandbox import ANNA, RIVERA, SandboxProcess
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

SETTLE = 3.0
KEYS = {True: RIVERA, False: ANNA}
HALF_HOURS = 12
DATABASES = ("sqlite", "postgresql")


def diary() -> Iterator[datetime]:
    """Times nobody has asked for yet: half hours from 15:00 UTC on weekdays, which are working hours in New York."""
    day = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=3)
    while True:
        if day.weekday() < 5:
            yield from (day + timedelta(minutes=30 * number) for number in range(HALF_HOURS))
        day += timedelta(days=1)


class Site:
    """Everything listens on loopback or on sockets in directories of its own, and ends with `open_site`'s block."""

    def __init__(self, kind: str, directory: Path, stack: ExitStack, *, seed: int, without: str = "") -> None:
        self.kind, self.seed = kind, seed
        self.dice = random.Random(seed)
        self._stack = stack
        self.sandboxes: list[SandboxProcess] = []
        self.sandbox = self.another_sandbox()
        self.valkey = ValkeyServer()
        stack.callback(self.valkey.close)
        self.valkey.start()
        self.server: PostgresServer | None = None
        if kind == "postgresql":
            self.server = PostgresServer()
            stack.callback(self.server.close)
            self.server.start()
        self.database_url = self.server.url if self.server else f"sqlite:///{directory}/ringbook.db"
        self.crew = Crew(
            directory,
            database_url=self.database_url,
            redis_url=self.valkey.url,
            calcom_url=f"{self.sandbox.url}/v2",
            without=without,
        )
        stack.callback(self.crew.stop)
        settings = self.crew.settings
        self.database = Database(settings.database_url, secret_keys=settings.secret_keys)
        stack.callback(self.database.dispose)
        self.diary = diary()
        self.receiver = stack.enter_context(Receiver())

    def another_sandbox(self, *, rate_limit: int = 100_000, state: Path | None = None, port: int = 0) -> SandboxProcess:
        """A Cal.com of its own, which counts as well."""
        flags = ("--rate-limit", str(rate_limit))
        self.sandboxes.append(self._stack.enter_context(SandboxProcess(*flags, state=state, port=port)))
        return self.sandboxes[-1]

    def add_agent(
        self,
        event_type_id: int = 101,
        *,
        settle: float = SETTLE,
        force: bool = False,
        at: SandboxProcess | None = None,
        **choices: Any,
    ) -> Agent:
        """An agent with an organization and account of its own, as patient with Cal.com as the run can be.

        The organization has an endpoint that is told of everything.
        """
        use, key, base_url = self.crew.operators, KEYS[event_type_id > 100], f"{(at or self.sandbox).url}/v2"
        organization = use.add_organization(name="Clinic")
        self._add_endpoint(organization)
        account = use.add_account(org_id=organization.id, name="Sandbox", api_key=key, base_url=base_url)
        use.change_account(account.id, AccountChange(settle_seconds=settle))
        return use.add_agent(
            org_id=organization.id,
            name="Dr. Rivera",
            event_type_id=event_type_id,
            settings=AgentSettings(**choices),
            force=force,
        )

    def _add_endpoint(self, organization: Organization) -> None:
        endpoint = Endpoint(
            id=new_endpoint_id(),
            org_id=organization.id,
            url=self.receiver.url,
            created_at=organization.created_at,
            status=EndpointStatus.ENABLED,
        )
        with self.database.unit() as unit:
            unit.endpoints.add(endpoint, "whsec_" + "A" * 32)
            unit.commit()

    def truth(self) -> Truth:
        bookings = [booking for sandbox in self.sandboxes for booking in sandbox.state()["bookings"]]
        return Truth(read_entries(bookings), read_jobs(self.database))

    def open_jobs(self) -> int:
        with self.database.reading_unit() as unit:
            return sum(unit.jobs.open_counts().values())

    def open_deliveries(self) -> int:
        with self.database.reading_unit() as unit:
            waiting = select(func.count()).select_from(deliveries).where(deliveries.c.finished_at.is_(None))
            return int(unit._connection.scalar(waiting) or 0)

    def writes_under_way(self) -> int:
        """Requests to change something that have reached Cal.com and that it works on still, whoever sent them."""
        requests_in = (entry for sandbox in self.sandboxes for entry in sandbox.journal("request"))
        return sum(entry["method"] != "GET" and "status" not in entry for entry in requests_in)

    def drain(self, within: float) -> None:
        """Wait until every job is final and Cal.com works on no write any more, for that may still be the second one of
        a job: `within` seconds at most each. Then until every event was told, however many there are, unless none was
        told for so long. Start again whatever died. The ledger counts what is left.
        """

        def falls_below(number: int, count: Callable[[], int]) -> bool:
            self.crew.revive()
            return count() < number

        with suppress(AssertionError):
            eventually(partial(falls_below, 1, self.open_jobs), within=within, every=0.1)
            eventually(partial(falls_below, 1, self.writes_under_way), within=within, every=0.2)
            while waiting := self.open_deliveries():
                eventually(partial(falls_below, waiting, self.open_deliveries), within=within, every=0.1)

    def leaks(self, word: str, errors: Iterable[str]) -> list[str]:
        """Where a word stands that may stand nowhere: in a log, in the metrics, or in an error that a caller got."""
        texts = {path.name: path.read_text(errors="replace") for path in self.crew.logs()}
        if "web" in self.crew.processes:
            texts["metrics"] = requests.get(self.crew.url + "/metrics", timeout=10).text
        texts |= {f"error {number}: {text[:200]}": text for number, text in enumerate(errors)}
        return [f"leak: in {name}" for name, text in texts.items() if word.lower() in text.lower()]

    def cut_database(self) -> int:
        """Break every connection to PostgreSQL."""
        if self.server is None:
            return 0
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            ).fetchall()
        return len(rows)

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Another writer holds SQLite's lock while the block runs."""
        connection = sqlite3.connect(self.crew.directory / "ringbook.db", timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()


@contextmanager
def open_site(kind: str, *, seed: int, directory: Path | None = None, without: str = "") -> Iterator[Site]:
    with ExitStack() as stack:
        if directory is None:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        yield Site(kind, directory, stack, seed=seed, without=without)


def new_mark() -> str:
    """A word that stands nowhere by chance."""
    return "zq" + secrets.token_hex(4)
