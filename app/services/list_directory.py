"""List organizations, their Cal.com accounts and their voice agents, for an operator."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.directory import Account, Agent, Organization
from app.domain.directory_store import Directory
from app.domain.paging import WHOLE, Span
from app.domain.stores import OpenUnit
from app.services.named import organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrganizations:
    """All of them, or a span of the list."""

    read_unit: OpenUnit

    def __call__(self, span: Span = WHOLE) -> list[Organization]:
        with self.read_unit() as unit:
            return unit.directory.organizations(span)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccounts:
    """All accounts, or those of one organization. Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, org_id: str | None = None, span: Span = WHOLE) -> list[Account]:
        with self.read_unit() as unit:
            return unit.directory.accounts(_known(unit.directory, org_id), span)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAgents:
    """All agents, or those of one organization. Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, org_id: str | None = None, span: Span = WHOLE) -> list[Agent]:
        with self.read_unit() as unit:
            return unit.directory.agents(_known(unit.directory, org_id), span)


def _known(directory: Directory, org_id: str | None) -> str | None:
    """A mistyped organization is said to be unknown, not shown as empty."""
    return None if org_id is None else organization_named(directory, org_id).id
