"""Write down what an operator did, in the unit of work that does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.domain.audit import AuditEntry, Deed
from app.domain.identifiers import new_audit_id
from app.domain.stores import UnitOfWork


def record_deed(
    unit: UnitOfWork,
    deed: Deed,
    target: str,
    *,
    actor: str,
    at: datetime,
    org_id: str = "",
    reason: str = "",
    counts: Mapping[str, int] | None = None,
) -> None:
    """`target` is the id of what it was done to."""
    entry = AuditEntry(
        id=new_audit_id(),
        at=at,
        actor=actor,
        deed=deed,
        org_id=org_id,
        target=target,
        reason=reason,
        counts=counts or {},
    )
    unit.audit.save(entry)
