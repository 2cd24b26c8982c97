"""The record of what operators and the scheduler did, in the database."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, select

from app.domain.audit import AuditEntry, AuditFilter, Deed
from app.domain.paging import Place
from app.storage.dialects import insert_into
from app.storage.places import stands_before
from app.storage.tables import audit

_NAMES = [field.name for field in fields(AuditEntry)]


class SqlAuditStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, entry: AuditEntry) -> None:
        """Insert, or bring up to date while the deed goes on; nothing is ever deleted."""
        values = {name: getattr(entry, name) for name in _NAMES} | {"counts": dict(entry.counts)}
        new = insert_into(self._connection, audit).values(values)
        counts = {"counts": new.excluded.counts}
        self._connection.execute(new.on_conflict_do_update(index_elements=[audit.c.id], set_=counts))

    def search(self, wanted: AuditFilter) -> list[AuditEntry]:
        found = select(audit)
        if wanted.deed is not None:
            found = found.where(audit.c.deed == wanted.deed)
        if wanted.actor:
            found = found.where(audit.c.actor == wanted.actor)
        if wanted.target:
            found = found.where(audit.c.target == wanted.target)
        if wanted.before is not None:
            last = self._connection.execute(
                select(audit.c.at, audit.c.id).where(audit.c.id == wanted.before)
            ).one_or_none()
            if last is None:
                return []
            found = found.where(stands_before(audit.c.at, audit.c.id, Place(at=last.at, id=last.id)))
        newest = found.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(wanted.limit)
        return [
            AuditEntry(**{name: getattr(row, name) for name in _NAMES} | {"deed": Deed(row.deed)})
            for row in self._connection.execute(newest)
        ]
