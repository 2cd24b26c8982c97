"""List API keys; none of them can be read again."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.api_keys import ApiKey
from app.domain.paging import WHOLE, Span
from app.domain.stores import OpenUnit
from app.services.named import organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ListApiKeys:
    """All of them, or those of one organization. Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, org_id: str | None = None, span: Span = WHOLE) -> list[ApiKey]:
        with self.read_unit() as unit:
            wanted = None if org_id is None else organization_named(unit.directory, org_id).id
            return unit.api_keys.all(wanted, span)
