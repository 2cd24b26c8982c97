"""Chromium, the whole service with some history behind it, and operators who are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from app.domain.operators import Role
from tests.browser.visitors import SCREENSHOTS, Look, Visitor
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack, running
from tests.support.valkey import ValkeyServer

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def browser_valkey() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def browser_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--rate-limit", "100000") as process:
        yield process


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, browser_sandbox: SandboxProcess, browser_valkey: ValkeyServer
) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("desk")
    where = {"redis_url": browser_valkey.url, "calcom_url": f"{browser_sandbox.url}/v2"}
    with running(directory, database_url=f"sqlite:///{directory}/ringbook.db", **where) as stack:
        yield stack


@pytest.fixture(scope="session")
def names(stack: Stack) -> dict[Role, str]:
    """An operator of each role, with a password."""
    from app.container import build_container

    container = build_container(stack.settings)
    for role in Role:
        container.desk.set_password(container.desk.staff.add(role.value, role, actor="test").token, PASSWORD)
    container.close()
    return {role: role.value for role in Role}


@pytest.fixture
def visit(chromium: Browser, stack: Stack, names: dict[Role, str]) -> Iterator[Callable[..., Visitor]]:
    """`visit(role, look)`: an operator of that role, signed in (None: nobody), who sees the desk that way.

    Whatever the browser complained of on the way fails the test.
    """
    visitors: list[Visitor] = []

    def begin(role: Role | None = Role.OPERATOR, look: Look = Look.LIGHT) -> Visitor:
        visitor = Visitor(chromium, stack.url, look)
        visitors.append(visitor)
        if role is not None:
            visitor.sign_in(names[role], PASSWORD)
        return visitor

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield begin
    for visitor in visitors:
        visitor.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
