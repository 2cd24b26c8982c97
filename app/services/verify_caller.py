"""Find out whether a request comes from the organization's own voice platform."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Result
from app.domain.caller_secrets import Proof, is_proven
from app.domain.directory import Organization
from app.domain.errors import RefusedError
from app.domain.ports import Clock
from app.domain.stores import OpenUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCaller:
    """Raises RefusedError (NOT_VERIFIED) where the proof fits none of its secrets, or it has none."""

    read_unit: OpenUnit
    clock: Clock

    def __call__(self, organization: Organization, proof: Proof) -> None:
        with self.read_unit() as unit:
            secrets = unit.caller_secrets.of_organization(organization.id)
        if not is_proven(proof, secrets, self.clock()):
            raise RefusedError(Result.NOT_VERIFIED)
