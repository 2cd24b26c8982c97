"""Give an organization another name, or a new secret for its verified callers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.caller_secrets import hash_of
from app.domain.directory import Organization
from app.domain.stores import OpenUnit
from app.services.named import checked_name, organization_named, refused

SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrganization:
    """None leaves as it is. Of `caller_secret` only a hash is kept; an empty one takes it back: nobody is verified.

    Raises UnknownNameError and RefusedError.
    """

    open_unit: OpenUnit

    def __call__(self, org_id: str, *, name: str | None = None, caller_secret: str | None = None) -> Organization:
        with self.open_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            if name is not None:
                organization = replace(organization, name=checked_name(name))
            if caller_secret is not None:
                organization = replace(organization, caller_secret_hash=_hashed(caller_secret))
            unit.directory.save_organization(organization)
            unit.commit()
        return organization


def _hashed(secret: str) -> str:
    if secret and len(secret) < SHORTEST_SECRET:
        raise refused("caller_secret", f"It must have at least {SHORTEST_SECRET} characters.")
    return hash_of(secret) if secret else ""
