"""How long a request has been here before anybody looked at it: its caller has been waiting since then."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from typing import Any

LAST_DATA_RECEIVED = 52
"""Where `struct tcp_info` (Linux, include/uapi/linux/tcp.h) says how many milliseconds ago the last data came in."""

_LENGTH = LAST_DATA_RECEIVED + 4


def seconds_since_arrival(environ: Mapping[str, Any]) -> float:
    """Since the last byte of the request reached this host, in steps of a few milliseconds.

    It counts what no clock of ours can: the time in the listener's backlog and in wait for a thread. 0 where the
    system does not tell: not Linux, not TCP, or another server than gunicorn.
    """
    connection = environ.get("gunicorn.socket")
    option = getattr(socket, "TCP_INFO", None)
    if connection is None or option is None:
        return 0.0
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, option, _LENGTH)
    except OSError:
        return 0.0
    if len(told) < _LENGTH:
        return 0.0
    (milliseconds,) = struct.unpack_from("=I", told, LAST_DATA_RECEIVED)
    return float(milliseconds) / 1000
