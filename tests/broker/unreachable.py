"""Addresses at which no broker answers, each in its own way."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def refused() -> str:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


@contextmanager
def blackhole() -> Iterator[str]:
    """A port whose queue of connections is full: packets to it are dropped, as a firewall would."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        crowd = [_knock(listener.getsockname()) for _ in range(8)]
        try:
            yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        finally:
            for one in crowd:
                one.close()


@contextmanager
def mute() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def _knock(address: tuple[str, int]) -> socket.socket:
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(address)
    return one
