"""Named leases in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete

from app.storage.dialects import insert_into
from app.storage.tables import leases


class SqlLeaseStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Take a lease that is free or has run out, or prolong one's own."""
        wanted = {"owner": owner, "held_until": until}
        free = (leases.c.owner == owner) | (leases.c.held_until <= now)
        taken = (
            insert_into(self._connection, leases)
            .values(name=name, **wanted)
            .on_conflict_do_update(index_elements=[leases.c.name], set_=wanted, where=free)
            .returning(leases.c.name)
        )
        return self._connection.execute(taken).one_or_none() is not None

    def release(self, name: str, *, owner: str) -> None:
        """Nothing happens where somebody else has it by now."""
        self._connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
