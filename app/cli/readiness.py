"""Asks a process that was just started whether it works yet."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

TIMEOUT = 2.0  # seconds for one question


def answers_ok(host: str, port: int, path: str) -> bool:
    """Whether GET `path` is answered with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def answers_ping(path: Path) -> bool:
    """Whether a Redis or Valkey server on this socket takes commands (it refuses PING while it loads its data)."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(TIMEOUT)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
