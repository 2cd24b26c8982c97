"""Where a line is measured: one Valkey and one database for both sides, Ringbook whole, and the bare app beside it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from app.domain.directory import Access, Agent
from app.storage.database import Database
from tests.bench.processes import Processes, python
from tests.support.postgres import PostgresServer
from tests.support.sandbox import SandboxProcess
from tests.support.stack import SANDBOX_KEY, Stack, free_port
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

T = TypeVar("T")
ALL = ("web", "worker", "webhooks", "scheduler")
AS_SHIPPED = {"WEB_THREADS": "160", "WORKER_THREADS": "16"}
"""What `config/env.example` says; the stack of the tests has fewer."""

COUNTED = {"LIMIT_PER_ADDRESS": "100000000", "LIMIT_PER_ORGANIZATION": "100000000"}
"""Requests are counted as ever, but one client may send all of them."""


class Site(Stack):
    """Ringbook as it ships, with agents enough that no organization's own limits are what is measured."""

    def __init__(self, directory: Path, database_url: str, redis_url: str, calcom_url: str, **settings: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        chosen = {**AS_SHIPPED, **COUNTED, **settings}
        super().__init__(directory, database_url=database_url, redis_url=redis_url, calcom_url=calcom_url, **chosen)
        self.database = Database(self.settings.database_url, secret_keys=self.settings.secret_keys, pool_size=2)
        self.crew = Processes(self.directory)

    def open(self, *, workers: int = 1) -> None:
        """Start everything, and return when all of it takes requests and messages."""
        more = [f"more{number}" for number in range(2, workers + 1)]
        for name in more:
            self.crew.start(name, [*self._commands["worker"], "-n", f"{name}@%h"], self._environ)
        self.start(*ALL)
        for name in ("worker", *more):
            eventually(self.settings.ready_file(name).exists, within=90, what=f"{name} takes messages")

    def close(self) -> None:
        self.stop()
        self.crew.stop()
        self.database.dispose()

    def agents(self, number: int, event_type_id: int = 101) -> list[Agent]:
        """One organization, account and agent each, all alike."""
        first = self.add_agent(event_type_id)
        with self.database.unit() as unit:
            organization = unit.directory.organization(first.org_id)
            assert organization is not None
            assert organization.primary_account_id is not None
            account = unit.directory.account(organization.primary_account_id)
            access = unit.directory.access(organization.primary_account_id)
            assert account is not None
            assert isinstance(access, Access)
            more = []
            for _ in range(number - 1):
                org, its_account = replace(organization, id=str(uuid4())), replace(account, id=str(uuid4()))
                unit.directory.save_organization(replace(org, primary_account_id=its_account.id))
                unit.directory.save_account(replace(its_account, org_id=org.id), access.api_key)
                more.append(replace(first, id=str(uuid4()), org_id=org.id))
                unit.directory.save_agent(more[-1])
            unit.commit()
        return [first, *more]

    def worker_processes(self) -> list[subprocess.Popen[bytes]]:
        return [self.processes["worker"], *self.crew.running]

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self.processes.items()}


class Bare(Processes):
    """The bare web server and its worker."""

    def __init__(self, directory: Path, site: Site, *, web_threads: int = 160, worker_threads: int = 16) -> None:
        super().__init__(directory)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        given = {"PORT": str(port), "WEB_THREADS": str(web_threads), "PUBLIC_URL": self.url}
        environ = {**site._environ, **given, "REDIS_URL": site.settings.redis_url}
        self.web = self.start(
            "web", python("gunicorn", "-c", "python:config.gunicorn", "tests.bench.bare.web:app"), environ
        )
        pool = ("-P", "threads", "-c", str(worker_threads), "-Q", "bare", "-l", "WARNING")
        flags = ("--without-gossip", "--without-mingle", "-n", "bare@%h")
        self.start("worker", python("celery", "-A", "tests.bench.bare.tasks", "worker", *pool, *flags), environ)
        self.await_ready("web", self._answers)
        self.await_ready("worker", self._works)

    def _answers(self) -> bool:
        return _is_ok(f"{self.url}/readyz")

    def _works(self) -> bool:
        return _is_ok(f"{self.url}/echo", b"{}")


class Direct(Processes):
    """The plain direct client of the call centre, on a web server like Ringbook's."""

    def __init__(self, directory: Path, site: Site, sandbox: SandboxProcess, *, key: str, event_type_id: int) -> None:
        super().__init__(directory)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        given = {"DIRECT_BASE": f"{sandbox.url}/v2", "DIRECT_KEY": key, "DIRECT_EVENT_TYPE": str(event_type_id)}
        environ = {**site._environ, **given, "PORT": str(port), "PUBLIC_URL": self.url}
        app = "tests.bench.centre.direct_app:app"
        self.start("web", python("gunicorn", "-c", "python:config.gunicorn", app), environ)
        self.await_ready("web", lambda: _is_ok(f"{self.url}/readyz"))


class Place:
    """Everything listens on loopback or on private sockets, and ends with `open_place`'s block."""

    def __init__(self, directory: Path, stack: ExitStack, kind: str) -> None:
        self._stack = stack
        self.directory = directory
        self.kind = kind
        self.valkey = ValkeyServer()
        stack.callback(self.valkey.close)
        self.valkey.start()
        self._names = 0
        self._server: PostgresServer | None = None
        if kind == "postgresql":
            self._server = PostgresServer()
            stack.callback(self._server.close)
            self._server.start()

    def sandbox(self, *flags: str) -> SandboxProcess:
        """Cal.com as it behaves, without a limit unless the flags name one."""
        given = flags if "--rate-limit" in flags else ("--rate-limit", "1000000", *flags)
        return self._stack.enter_context(SandboxProcess(*given))

    def napping_upstream(self, nap: float) -> str:
        """The address of an upstream that costs as little as possible and naps before each write."""
        sandbox = self.sandbox()
        processes = self.processes("upstream")
        command = python("tests.bench.upstream", "--sandbox", sandbox.url, "--nap", str(nap))
        processes.start("upstream", command, os.environ)  # noqa: TID251
        processes.await_ready("upstream", lambda: processes.said("upstream", "listening on"))
        return processes.log("upstream").split("listening on ", 1)[1].split()[0]

    def site(self, calcom_url: str, settings: Mapping[str, str] | None = None) -> Site:
        """Ringbook on this place's broker, not started yet; closed with the place."""
        directory = self.directory / f"site{self._number()}"
        url = self._server.url if self._server else f"sqlite:///{directory}/ringbook.db"
        directory.mkdir()
        return Site(directory, url, self.valkey.url, f"{calcom_url}/v2", **(settings or {}))

    def open_site(self, calcom_url: str, settings: Mapping[str, str] | None = None, *, workers: int = 1) -> Site:
        site = self.site(calcom_url, settings)
        self._stack.callback(site.close)
        site.open(workers=workers)
        return site

    def bare(self, site: Site, **threads: int) -> Bare:
        bare = Bare(self.directory / f"bare{self._number()}", site, **threads)
        self._stack.callback(bare.stop)
        return bare

    def direct(
        self, site: Site, sandbox: SandboxProcess, *, key: str = SANDBOX_KEY, event_type_id: int = 101
    ) -> Direct:
        directory = self.directory / f"direct{self._number()}"
        direct = Direct(directory, site, sandbox, key=key, event_type_id=event_type_id)
        self._stack.callback(direct.stop)
        return direct

    def enter(self, part: AbstractContextManager[T]) -> T:
        """Keep something else open for as long as the place is."""
        return self._stack.enter_context(part)

    def processes(self, name: str) -> Processes:
        processes = Processes(self.directory / f"{name}{self._number()}")
        self._stack.callback(processes.stop)
        return processes

    def _number(self) -> int:
        self._names += 1
        return self._names


@contextmanager
def open_place(kind: str = "sqlite") -> Iterator[Place]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        yield Place(directory, stack, kind)


def set_nap(upstream_url: str, seconds: float) -> None:
    assert _is_ok(f"{upstream_url}/_nap", str(seconds).encode())


def direct_booking(when: str) -> dict[str, Any]:
    """What a client without Ringbook sends to Cal.com."""
    attendee = {"name": "Jane Doe", "email": "jane@example.com", "timeZone": "America/New_York"}
    return {"start": when, "eventTypeId": 101, "attendee": attendee}


DIRECT_HEADERS = {"Authorization": f"Bearer {SANDBOX_KEY}", "cal-api-version": "2024-08-13"}


def _is_ok(url: str, body: bytes | None = None) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} if body else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
