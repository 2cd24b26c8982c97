"""The whole service for a journey: on SQLite and on PostgreSQL, with Valkey and the sandbox as processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.directory import Agent
from tests.support.postgres import PostgresDatabases
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack, running
from tests.support.valkey import ValkeyServer


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    """All journeys of a module use one key within a minute: what that allows is the subject of others."""
    with SandboxProcess("--rate-limit", "100000") as process:
        yield process


@pytest.fixture(scope="module")
def journey_valkey() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stack(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sandbox: SandboxProcess,
    journey_valkey: ValkeyServer,
) -> Iterator[Stack]:
    directory: Path = tmp_path_factory.mktemp("stack")
    with journey_valkey.client() as client:
        client.flushall()
    where = {"redis_url": journey_valkey.url, "calcom_url": f"{sandbox.url}/v2"}
    if request.param == "sqlite":
        with running(directory, database_url=f"sqlite:///{directory}/ringbook.db", **where) as stack:
            yield stack
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres")
        with databases.empty() as url, running(directory, database_url=url, **where) as stack:
            yield stack


@pytest.fixture(scope="module")
def agent(stack: Stack) -> Agent:
    return stack.add_agent(101)


@pytest.fixture
def calm(sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """The sandbox, with whatever faults a test pushed taken back."""
    yield sandbox
    sandbox.clear_faults()
    sandbox.latency(writes=0, reads=0)
