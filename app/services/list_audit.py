"""Show the record of what was erased, when, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.privacy import AuditEntry
from app.domain.stores import OpenUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit:
    """Newest first, older than the entry `before`."""

    read_unit: OpenUnit

    def __call__(self, *, limit: int = 50, before: str | None = None) -> list[AuditEntry]:
        with self.read_unit() as unit:
            return unit.audit.newest(limit=limit, before=before)
