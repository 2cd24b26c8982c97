"""Named leases in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.storage.dialects import insert_into
from app.storage.tables import leases


class SqlLeaseStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def acquire(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Take a lease that is free or has run out, or prolong one's own."""
        wanted = {"owner": owner, "held_until": until}
        free = (leases.c.owner == owner) | (leases.c.held_until <= now)
        taken = (
            insert_into(self._session, leases)
            .values(name=name, **wanted)
            .on_conflict_do_update(index_elements=[leases.c.name], set_=wanted, where=free)
            .returning(leases.c.name)
        )
        return self._session.execute(taken).one_or_none() is not None

    def release(self, name: str, *, owner: str) -> None:
        """Nothing happens where somebody else has it by now."""
        self._session.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
