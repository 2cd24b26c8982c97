"""Tell a verified caller which appointments they have."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace

from app.domain.answers import Answer, ListedAppointment, Result
from app.domain.errors import RefusedError
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.connect_agent import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAppointments:
    """Open only where the organization has set a caller secret and the request carries it (nobody else may ask)."""

    read_unit: OpenUnit
    clock: Clock

    def __call__(self, line: Line, base: Answer, *, email: str, phone: str, secret: str) -> Answer:
        if not is_verified(line.organization.caller_secret_hash, secret):
            raise RefusedError(Result.NOT_VERIFIED)
        with self.read_unit() as unit:
            found = unit.appointments.upcoming(
                line.organization.id, line.agent.id, email=email, phone=phone, now=self.clock()
            )
        listed = tuple(
            ListedAppointment(
                appointment_id=each.id, starts_at=each.starts_at, status=each.status.value, attendee=each.attendee
            )
            for each in sorted(found, key=lambda each: each.starts_at)
        )
        return replace(base, result=Result.LISTED if listed else Result.NONE_LISTED, appointments=listed)


def is_verified(secret_hash: str, secret: str) -> bool:
    """Compares in constant time; without a secret set nobody is verified."""
    return bool(secret_hash) and hmac.compare_digest(secret_hash, hash_of(secret))


def hash_of(secret: str) -> str:
    """What is stored of a caller secret: its SHA-256 (secrets are long and random, made by `ringbook org set`)."""
    return hashlib.sha256(secret.encode()).hexdigest()
