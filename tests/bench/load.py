"""A load of HTTP requests over kept connections, from one thread that only sends, receives and looks at the clock.

It speaks just enough HTTP/1.1 for answers with a Content-Length, so that it costs far less than what it measures;
how much, it says itself.
"""

from __future__ import annotations

import heapq
import json
import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

IDLE = 3.0
"""Seconds after which a kept connection is not used again: the server closes it after five."""

PATIENCE = 60.0
"""Seconds after which a load that gets no answers is given up."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`number` is the request's place in the load; `sent_at` and `came_at` are seconds since the epoch."""

    number: int
    status: int
    body: bytes
    sent_at: float
    came_at: float
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Load:
    """What came back. `late` is by how much requests left after their time, `client_cpu` seconds this side used."""

    replies: list[Reply] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    broken: int = 0
    elapsed: float = 0.0
    client_cpu: float = 0.0
    most_at_once: int = 0

    @property
    def seconds(self) -> list[float]:
        return [reply.seconds for reply in self.replies]

    @property
    def rate(self) -> float:
        return len(self.replies) / self.elapsed if self.elapsed else 0.0

    def statuses(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for reply in self.replies:
            found[reply.status] = found.get(reply.status, 0) + 1
        return found

    def insist(self, *statuses: int) -> Load:
        """Raises where an answer is missing or is not what was asked for: such figures would mean nothing."""
        wrong = {status: number for status, number in self.statuses().items() if status not in statuses}
        if wrong or self.broken or not self.replies:
            example = next((reply.body[:300] for reply in self.replies if reply.status in wrong), b"")
            raise RuntimeError(f"answers: {wrong or self.statuses()}, broken connections: {self.broken}; {example!r}")
        return self


def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> bytes:
    """A POST of JSON, ready to be sent."""
    return _request("POST", url, json.dumps(body).encode(), headers)


def get(url: str) -> bytes:
    return _request("GET", url, b"", None)


def _request(method: str, url: str, payload: bytes, headers: Mapping[str, str] | None) -> bytes:
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(payload)}"]
    lines += ["Content-Type: application/json"] if payload else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join((*lines, "", "")).encode() + payload


def closed_loop(url: str, requests: Iterator[bytes], *, clients: int, seconds: float) -> Load:
    """So many clients, each of which asks again as soon as it was answered."""
    load, until = Load(), time.perf_counter() + seconds
    with closing(_Board(url, load)) as board:
        for _ in range(clients):
            board.send(next(requests))
        while board.busy:
            for _ in board.receive(PATIENCE):
                if time.perf_counter() < until:
                    board.send(next(requests))
    return load


def at_times(url: str, plan: Sequence[tuple[float, bytes]]) -> Load:
    """Each request at its time, in seconds from now, whether the earlier ones were answered or not."""
    load, began = Load(), time.perf_counter()
    waiting = [(due, number, request) for number, (due, request) in enumerate(plan)]
    heapq.heapify(waiting)
    with closing(_Board(url, load)) as board:
        while waiting or board.busy:
            now = time.perf_counter() - began
            while waiting and waiting[0][0] <= now:
                due, number, request = heapq.heappop(waiting)
                load.late.append(time.perf_counter() - began - due)
                board.send(request, number)
            board.receive(min(PATIENCE, max(0.0, waiting[0][0] - now)) if waiting else PATIENCE)
    return load


class _Board:
    """The connections of a load: those that wait for an answer, and those kept for the next request."""

    def __init__(self, url: str, load: Load) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._load = load
        self._selector = selectors.DefaultSelector()
        self._idle: list[_Wire] = []
        self._next = 0
        self._began, self._cpu = time.perf_counter(), time.process_time()
        self.busy = 0

    def send(self, request: bytes, number: int | None = None) -> None:
        if number is None:
            number, self._next = self._next, self._next + 1
        wire = self._wire()
        wire.send(request, number)
        self.busy += 1
        self._load.most_at_once = max(self._load.most_at_once, self.busy)

    def receive(self, patience: float) -> list[Reply]:
        ready = self._selector.select(patience)
        if not ready and patience >= PATIENCE:
            raise RuntimeError(f"{self.busy} requests got no answer within {PATIENCE:g} s")
        replies = []
        for key, _ in ready:
            wire: _Wire = key.data
            try:
                reply = wire.receive()
            except ConnectionError:
                self._drop(wire)
                continue
            if reply is not None:
                self.busy -= 1
                self._idle.append(wire)
                self._load.replies.append(reply)
                replies.append(reply)
        return replies

    def close(self) -> None:
        self._load.elapsed = time.perf_counter() - self._began
        self._load.client_cpu = time.process_time() - self._cpu
        for key in list(self._selector.get_map().values()):
            key.data.sock.close()
        self._selector.close()

    def _wire(self) -> _Wire:
        while self._idle:
            wire = self._idle.pop()
            if time.perf_counter() - wire.used_at < IDLE:
                return wire
            self._forget(wire)
        wire = _Wire(socket.create_connection(self._address, timeout=10))
        self._selector.register(wire.sock, selectors.EVENT_READ, wire)
        return wire

    def _drop(self, wire: _Wire) -> None:
        """Closed by the server: an answer is missing where one was waited for."""
        if wire in self._idle:
            self._idle.remove(wire)
        else:
            self.busy -= 1
            self._load.broken += 1
        self._forget(wire)

    def _forget(self, wire: _Wire) -> None:
        self._selector.unregister(wire.sock)
        wire.sock.close()


class _Wire:
    """One kept connection with at most one request under way."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.used_at = time.perf_counter()
        self._buffer = bytearray()
        self._number = 0
        self._sent_at = self._sent = 0.0

    def send(self, request: bytes, number: int) -> None:
        self._number, self._sent_at, self._sent = number, time.time(), time.perf_counter()
        self.sock.sendall(request)

    def receive(self) -> Reply | None:
        """The answer once it is whole. Raises ConnectionError where the server closed."""
        chunk = self.sock.recv(262_144)
        if not chunk:
            raise ConnectionResetError
        self._buffer += chunk
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end]).lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0])
        if len(self._buffer) < end + 4 + length:
            return None
        came, self.used_at = time.time(), time.perf_counter()
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        self._buffer.clear()
        return Reply(self._number, int(head[9:12]), body, self._sent_at, came, self.used_at - self._sent)
