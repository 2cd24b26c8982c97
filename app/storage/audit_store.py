"""The record of what operators and the scheduler did, in the database."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from app.domain.privacy import AuditEntry, Deed
from app.storage.dialects import insert_into
from app.storage.tables import audit

_NAMES = [field.name for field in fields(AuditEntry)]


class SqlAuditStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, entry: AuditEntry) -> None:
        """Insert, or bring up to date while the deed goes on; nothing is ever deleted."""
        values = {name: getattr(entry, name) for name in _NAMES} | {"counts": dict(entry.counts)}
        new = insert_into(self._session, audit).values(values)
        counts = {"counts": new.excluded.counts}
        self._session.execute(new.on_conflict_do_update(index_elements=[audit.c.id], set_=counts))

    def newest(self, *, limit: int, before: str | None = None) -> list[AuditEntry]:
        found = select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
        if before is not None:
            place = self._session.execute(select(audit.c.at, audit.c.id).where(audit.c.id == before)).one_or_none()
            if place is None:
                return []
            last = tuple_(literal(place.at, audit.c.at.type), literal(place.id, audit.c.id.type))
            found = found.where(tuple_(audit.c.at, audit.c.id) < last)
        return [
            AuditEntry(**{name: getattr(row, name) for name in _NAMES} | {"deed": Deed(row.deed)})
            for row in self._session.execute(found)
        ]
