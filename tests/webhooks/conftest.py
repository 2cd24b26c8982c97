"""A sender over real sockets, and a record of every connection this process opens."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from typing import Any

import pytest
import trustme

from app.webhooks.sender import Limits, WebhookSender
from app.webhooks.targets import Resolve, TargetRules, resolve

_connected_to: list[Any] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _connected_to.append(arguments[1])


sys.addaudithook(_note)


@pytest.fixture
def contacted() -> list[Any]:
    """The addresses connected to since the test began."""
    _connected_to.clear()
    return _connected_to


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def sender_with(trust: ssl.SSLContext) -> Iterator[Callable[..., WebhookSender]]:
    """Makes senders; `allowed` are networks the operator opened."""
    look_ups = ThreadPoolExecutor(8)

    def make(*, allowed: Sequence[str] = (), names: Resolve = resolve, **limits: float) -> WebhookSender:
        rules = TargetRules(
            allowed=[ip_network(text) for text in allowed], look_ups=look_ups, resolve=names, patience=1.0
        )
        return WebhookSender(rules, trust=trust, user_agent="Ringbook/test", limits=Limits(**limits))

    yield make
    look_ups.shutdown(wait=False, cancel_futures=True)
