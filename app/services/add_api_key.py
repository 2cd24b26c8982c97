"""Make an API key for one organization, or for an admin."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.api_keys import ApiKey, Scope, hash_of, new_api_key
from app.domain.identifiers import new_key_id
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.named import checked_name, organization_named, refused

LONGEST = timedelta(days=3650)
SHOWN = 4
"""Characters of a key that are kept readable."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made. `secret` is the key itself, told this once and kept nowhere."""

    api_key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddApiKey:
    """Without an organization the key is an admin's. `lasting`: how long it opens; None: until it is revoked.

    Raises UnknownNameError and RefusedError.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, *, org_id: str | None, name: str, lasting: timedelta | None = None) -> NewApiKey:
        now = self.clock()
        if lasting is not None and not timedelta() < lasting <= LONGEST:
            raise refused("expires", f"It must be more than nothing and at most {LONGEST.days} days.")
        with self.open_unit() as unit:
            scope = Scope(org_id=None if org_id is None else organization_named(unit.directory, org_id).id)
            secret = new_api_key(admin=scope.is_admin)
            api_key = ApiKey(
                id=new_key_id(),
                scope=scope,
                name=checked_name(name),
                key_hash=hash_of(secret),
                ends_with=secret[-SHOWN:],
                created_at=now,
                expires_at=None if lasting is None else now + lasting,
            )
            unit.api_keys.add(api_key)
            unit.commit()
        return NewApiKey(api_key, secret)
