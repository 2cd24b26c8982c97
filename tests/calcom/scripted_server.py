"""A server that does to each connection what its script says next, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

Step = Callable[[socket.socket], None]
"""What is done with a connection once a whole request has arrived on it."""


class ScriptedServer:
    """`with ScriptedServer(answer(200, {...}), hang_up) as server:` one step a request, the last one for ever."""

    def __init__(self, *script: Step) -> None:
        self._script = list(script)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.requests: list[str] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v2"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while request := _receive(connection):
                self.requests.append(request)
                step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
                step(connection)
        except OSError:
            return  # the client hung up, or the step did


def _receive(connection: socket.socket) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return ""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return f"{head.decode()}\r\n\r\n{body.decode()}"


def raw(payload: bytes) -> Step:
    """These bytes, and the connection stays open."""
    return lambda connection: connection.sendall(payload)


def answer(status: int, body: Any, *, headers: str = "", kind: str = "application/json") -> Step:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return raw(head.encode() + content)


def data(body: Any, status: int = 200) -> Step:
    """A success in Cal.com's envelope."""
    return answer(status, {"status": "success", "data": body})


def close(connection: socket.socket) -> None:
    """The end of the connection, in order and without an answer."""
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def reset(connection: socket.socket) -> None:
    """The end of the connection by force (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def then_close(step: Step) -> Step:
    """The step, and at once the end of the connection, unannounced."""

    def both(connection: socket.socket) -> None:
        step(connection)
        close(connection)

    return both


def silence(connection: socket.socket) -> None:
    """Nothing at all until the client hangs up."""
    connection.recv(1)


def trickle(start: bytes, *, drop: bytes = b"x", every: float = 0.02) -> Step:
    """A start, and then one drop at a time, faster than any time-out between two reads, for ever."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(every)

    return drip
