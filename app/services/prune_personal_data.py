"""Erase the personal data of what was over long ago, a few rows at a time, so that nobody waits behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.domain.audit import AuditEntry, Deed
from app.domain.identifiers import new_audit_id
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.named import checked_reason, refused

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunePersonalData:
    """Of requests that ended, and appointments that lay, more than `keep` ago; the rows stay, with their state.

    Every batch and its part of the record are one commit. Without anything to erase nothing is recorded.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    clock: Clock

    def count(self, keep: timedelta) -> Mapping[str, int]:
        """How many rows would be erased, by place. Raises RefusedError."""
        with self.read_unit() as unit:
            return unit.personal_data.count_over(self.clock() - _checked(keep))

    def __call__(self, keep: timedelta, *, actor: str, reason: str) -> AuditEntry | None:
        now, total = self.clock(), Counter[str]()
        before, why, entry_id = now - _checked(keep), checked_reason(reason), new_audit_id()
        entry = None
        while True:
            with self.open_unit() as unit:
                erased = unit.personal_data.erase_over(before, now=now, limit=BATCH)
                if not any(erased.values()):
                    return entry
                total.update(erased)
                entry = AuditEntry(
                    id=entry_id, at=now, actor=actor, deed=Deed.PRUNE, reason=why, counts=dict(sorted(total.items()))
                )
                unit.audit.save(entry)
                unit.commit()


def _checked(keep: timedelta) -> timedelta:
    if keep < timedelta(days=1):
        raise refused("older_than", "It must be a day at least.")
    return keep
