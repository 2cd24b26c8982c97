"""The time all hosts go by: the database's, since leases and due times are compared between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from app.domain.errors import StoreUnavailableError
from app.domain.ports import Clock
from app.storage.engines import pool_wait_limited

COMPARE_EVERY = 10.0
"""Seconds between two comparisons."""

SLOWEST_LOOK = 0.5
"""Seconds: a look that took longer says too little, the answer may be as old as that."""


class DatabaseClock:
    """The host's own clock, put right by what PostgreSQL's was found to differ. SQLite is on the host itself.

    A host whose clock is a minute ahead would otherwise take every lease of the others for run out. Units of work
    compare in passing; only the first reading of a process makes a connection of its own for it, and while the
    database is away the last difference found holds.
    """

    def __init__(
        self,
        engine: Engine,
        local: Clock,
        *,
        compare_every: float = COMPARE_EVERY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._local = local
        self._is_shared = engine.dialect.name == "postgresql"
        self._every = compare_every
        self._monotonic = monotonic
        self._ahead = timedelta()
        self._compare_at = 0.0

    def __call__(self) -> datetime:
        if self._is_shared and not self._compare_at:
            with suppress(StoreUnavailableError), pool_wait_limited(), self._engine.connect() as connection:
                self.compare(connection)
        return self._local() + self._ahead

    def compare(self, connection: Connection) -> None:
        """Ask the database for its time, if the last answer is too old. Raises StoreUnavailableError."""
        if not self._is_shared or self._monotonic() < self._compare_at:
            return
        before = self._local()
        theirs: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        took = self._local() - before
        if not self._compare_at or timedelta() <= took < timedelta(seconds=SLOWEST_LOOK):
            self._ahead = theirs - (before + took / 2)
            self._compare_at = self._monotonic() + self._every
