"""Chromium, the whole service with a bad morning behind it, and operators who are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, StorageState, expect

from app.domain.operators import Role
from tests.admin.site import PASSWORD, DeskSite
from tests.browser.history import History
from tests.browser.visitors import SCREENSHOTS, WAIT, Look, Visitor
from tests.support.receiver import Receiver, Reply
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack, running
from tests.support.valkey import ValkeyServer

expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def browser_valkeys() -> Iterator[tuple[ValkeyServer, ValkeyServer]]:
    """One for the service that is looked at, one for what goes before."""
    servers = ValkeyServer(), ValkeyServer()
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.close()


@pytest.fixture(scope="session")
def browser_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--rate-limit", "100000") as process:
        yield process


@pytest.fixture(scope="session")
def receivers() -> Iterator[tuple[Receiver, Receiver]]:
    """One that takes what it is sent, and one that does not."""
    with Receiver() as good, Receiver(lambda _: Reply(status=500, body=b"no database")) as bad:
        yield good, bad


@pytest.fixture(scope="session")
def history(
    tmp_path_factory: pytest.TempPathFactory,
    browser_sandbox: SandboxProcess,
    browser_valkeys: tuple[ValkeyServer, ValkeyServer],
    receivers: tuple[Receiver, Receiver],
) -> Iterator[History]:
    directory = tmp_path_factory.mktemp("desk")
    site = DeskSite(
        directory,
        database_url=f"sqlite:///{directory}/ringbook.db",
        redis_url=browser_valkeys[1].url,
        calcom_url=browser_sandbox.url,
        SECRET_KEYS=Fernet.generate_key().decode(),
    )
    history = History(site, browser_sandbox)
    history.endpoints.append(history.endpoint(receivers[0].url, "Patient records"))
    history.endpoints.append(history.endpoint(receivers[1].url, "Billing"))
    history.a_morning()
    yield history
    site.close()


@pytest.fixture(scope="session")
def stack(
    history: History,
    tmp_path_factory: pytest.TempPathFactory,
    browser_sandbox: SandboxProcess,
    browser_valkeys: tuple[ValkeyServer, ValkeyServer],
) -> Iterator[Stack]:
    known = history.site.settings
    where = {"redis_url": browser_valkeys[0].url, "calcom_url": f"{browser_sandbox.url}/v2"}
    keys = {"SECRET_KEYS": ",".join(known.secret_keys)}
    directory = tmp_path_factory.mktemp("stack")
    with running(directory, database_url=known.database_url, **where, **keys) as stack:
        yield stack


@pytest.fixture(scope="session")
def hire(history: History) -> Callable[[str, Role], str]:
    """`hire(name, role)`: one more operator, with the password of all; gives the name back."""
    desk = history.site.container.desk

    def hire(name: str, role: Role) -> str:
        desk.set_password(desk.staff.add(name, role, actor="test").token, PASSWORD)
        return name

    return hire


@pytest.fixture(scope="session")
def names(hire: Callable[[str, Role], str]) -> dict[Role, str]:
    """An operator of each role, for all tests: none may do anything to them."""
    return {role: hire(role.value, role) for role in Role}


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Of those who have signed in, by name: who does so in each test waits for it each time."""
    return {}


@pytest.fixture
def visit(
    chromium: Browser, stack: Stack, names: dict[Role, str], sessions: dict[str, StorageState]
) -> Iterator[Callable[..., Visitor]]:
    """`visit(role, look)`: an operator of that role, signed in (None: nobody), who sees the desk that way; with `name`
    it is that one.

    Whatever the browser complained of on the way fails the test.
    """
    visitors: list[Visitor] = []

    def begin(role: Role | None = Role.OPERATOR, look: Look = Look.LIGHT, *, name: str = "") -> Visitor:
        known = names[role] if role is not None and not name else ""
        visitor = Visitor(chromium, stack.url, look, sessions.get(known))
        visitors.append(visitor)
        if known and known not in sessions:
            sessions[known] = visitor.sign_in(known, PASSWORD)
        elif name:
            visitor.sign_in(name, PASSWORD)
        return visitor

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield begin
    for visitor in visitors:
        visitor.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
