"""The database as the container sees it: opens units of work and says how it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.pool import QueuePool

from app.domain.ports import Clock
from app.storage.cipher import Cipher
from app.storage.clock import DatabaseClock
from app.storage.engines import checkpoint, make_engine, pool_wait_limited, reading, searching
from app.storage.unit_of_work import SqlUnitOfWork

POOL_SIZE = 16
POOL_WAIT = 5.0


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One per process, shared by its threads. Connects when first used, not here.

    `secret_keys` encrypt what must not be read from the database; the first one writes, all of them read.
    `clock` is the time all hosts go by, `local` this host's own.
    `pool_wait` is how many seconds a unit waits for one of `pool_size` connections.
    Raises ValueError for a URL or a secret key that cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        secret_keys: Sequence[str],
        pool_size: int = POOL_SIZE,
        pool_wait: float = POOL_WAIT,
        local: Clock = utc_now,
    ) -> None:
        self._cipher = Cipher(secret_keys)
        self._engine = make_engine(
            url, poolclass=QueuePool, pool_size=pool_size, max_overflow=0, pool_timeout=pool_wait
        )
        self._reading = reading(self._engine)
        self._searching = searching(self._engine)
        self.clock = DatabaseClock(self._reading, local)
        self._directory_listeners: list[Callable[[], None]] = []

    def unit(self) -> SqlUnitOfWork:
        """A unit that writes. On SQLite it waits for the write lock when entered, up to five seconds."""
        return SqlUnitOfWork(self._engine, self._cipher, self.clock, self._directory_changed)

    def reading_unit(self) -> SqlUnitOfWork:
        """A unit in which a write raises StoreUnavailableError."""
        return SqlUnitOfWork(self._reading, self._cipher, self.clock, self._directory_changed)

    def searching_unit(self) -> SqlUnitOfWork:
        """One that only reads, and whose statements are planned for the very values they look for."""
        return SqlUnitOfWork(self._searching, self._cipher, self.clock, self._directory_changed)

    def when_directory_changes(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each commit of this process that changed an organization, an account or an agent."""
        self._directory_listeners.append(tell)

    def checked_out(self) -> int:
        """How many connections are in use now."""
        pool = self._engine.pool
        assert isinstance(pool, QueuePool)  # noqa: S101 - `make_engine` made it
        return pool.checkedout()

    def ping(self) -> None:
        """Raises StoreUnavailableError where the database cannot be reached."""
        with pool_wait_limited(), self._reading.connect() as connection:
            connection.execute(select(1))

    def server(self) -> tuple[str, str]:
        """Which database it is, and its version. Raises StoreUnavailableError."""
        with pool_wait_limited(), self._reading.connect() as connection:
            numbers = connection.dialect.server_version_info or ()
            return connection.dialect.name, ".".join(map(str, numbers))

    def checkpoint(self) -> None:
        """Keep the log of what was written short. Raises StoreUnavailableError."""
        checkpoint(self._engine)

    def _directory_changed(self) -> None:
        for tell in self._directory_listeners:
            tell()

    def dispose(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()
