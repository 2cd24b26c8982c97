"""Revoke an API key: from the next request on it opens nothing."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.api_keys import ApiKey
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.named import api_key_named


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApiKey:
    """To revoke it once more changes nothing. Raises UnknownNameError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, key_id: str) -> ApiKey:
        with self.open_unit() as unit:
            api_key = api_key_named(unit.api_keys, key_id)
            unit.api_keys.revoke(api_key.id, now=self.clock())
            revoked = api_key_named(unit.api_keys, api_key.id)
            unit.commit()
        return revoked
