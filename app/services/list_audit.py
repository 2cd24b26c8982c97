"""Show the record of what was done, when, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.audit import AuditEntry, AuditFilter
from app.domain.stores import OpenUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit:
    """Newest first."""

    read_unit: OpenUnit

    def __call__(self, wanted: AuditFilter) -> list[AuditEntry]:
        with self.read_unit() as unit:
            return unit.audit.search(wanted)
