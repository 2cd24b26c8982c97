"""What a process says of itself as long as it lives."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from importlib.metadata import version

from app.container.adapters import Adapters
from app.domain.ports import Clock
from app.domain.processes import Kind, Sign
from app.services.show_life import ShowLife
from app.storage.database import utc_now

BeginLife = Callable[..., ShowLife]
"""`(kind, threads=..., queues=...)`: from now on this process is one of that kind."""


def bind_life(adapters: Adapters, *, local: Clock = utc_now) -> BeginLife:
    """`local`: this host's own clock. The database's would have a process wait for the database to begin."""

    def begin(kind: Kind, *, threads: int = 1, queues: Sequence[str] = ()) -> ShowLife:
        sign = Sign(
            kind=kind,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=version("ringbook"),
            since=local(),
            threads=threads,
            queues=tuple(queues),
        )
        return ShowLife(sign=sign, signs=adapters.signs, uses=adapters.uses)

    return begin
