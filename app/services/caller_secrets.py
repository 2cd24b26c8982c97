"""Give an organization a new caller secret while the one before still holds, list them, and take one back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.domain.caller_secrets import CallerSecret, SecretKind, hash_of
from app.domain.errors import UnknownNameError
from app.domain.identifiers import new_secret_id
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import organization_named, refused

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCallerSecret:
    """`text` is what the platform is given; it is told this once."""

    secret: CallerSecret
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCallerSecret:
    """The newest one of its kind holds on for `overlap`; those before it, and those that ended, go.

    Raises UnknownNameError and RefusedError.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, org_id: str, kind: SecretKind, *, overlap: timedelta = OVERLAP) -> NewCallerSecret:
        if not timedelta() <= overlap <= LONGEST_OVERLAP:
            raise refused("overlap", f"It must be at most {LONGEST_OVERLAP.days} days.")
        now, text = self.clock(), secrets.token_urlsafe(32)
        with self.open_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            self._make_way(unit, organization.id, kind, overlap)
            added = CallerSecret(
                id=new_secret_id(),
                org_id=organization.id,
                kind=kind,
                created_at=now,
                kept=hash_of(text) if kind is SecretKind.SHARED else text,
            )
            unit.caller_secrets.save(added)
            unit.commit()
        return NewCallerSecret(secret=added, text=text)

    def _make_way(self, unit: UnitOfWork, org_id: str, kind: SecretKind, overlap: timedelta) -> None:
        now = self.clock()
        before = [secret for secret in unit.caller_secrets.of_organization(org_id) if secret.kind is kind]
        for secret in before:
            end = min(secret.ends_at or now + overlap, now + overlap)
            if secret is before[-1] and end > now:
                unit.caller_secrets.save(replace(secret, ends_at=end))
            else:
                unit.caller_secrets.remove(org_id, secret.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCallerSecrets:
    """Those that hold, oldest first. Raises UnknownNameError and RefusedError."""

    read_unit: OpenUnit
    clock: Clock

    def __call__(self, org_id: str) -> list[CallerSecret]:
        now = self.clock()
        with self.read_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            return [each for each in unit.caller_secrets.of_organization(organization.id) if each.holds(now)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCallerSecret:
    """From now on it proves nothing. Raises UnknownNameError and RefusedError."""

    open_unit: OpenUnit

    def __call__(self, org_id: str, secret_id: str) -> None:
        with self.open_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            if not unit.caller_secrets.remove(organization.id, secret_id.strip()):
                raise UnknownNameError(f"{organization.name} has no caller secret {secret_id}.")
            unit.commit()
