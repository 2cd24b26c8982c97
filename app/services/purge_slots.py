"""Throw away what is kept of an account's free times, so that Cal.com is asked again."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.audit import Deed
from app.domain.errors import ConflictError
from app.domain.held_slots import HeldSlots
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.named import account_named
from app.services.record_deed import record_deed


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeSlots:
    """Of all event types that are booked with the account; returns how many days were held.

    Raises UnknownNameError, and ConflictError where the cache does not answer: then nothing is given out from it.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    held_slots: HeldSlots
    clock: Clock

    def __call__(self, account_id: str, *, actor: str) -> int:
        with self.read_unit() as unit:
            account = account_named(unit.directory, account_id)
            event_types = unit.directory.event_types(account)
        purged = [self.held_slots.purge(account.id, event_type.id) for event_type in event_types]
        days = sum(each for each in purged if each is not None)
        if None in purged:
            raise ConflictError("Redis does not answer. What it holds is two minutes old at most once it does.")
        with self.open_unit() as unit:
            record_deed(
                unit,
                Deed.CACHE_PURGE,
                account.id,
                actor=actor,
                at=self.clock(),
                org_id=account.org_id,
                counts={"days": days},
            )
            unit.commit()
        return days
