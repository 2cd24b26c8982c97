"""Show one organization, Cal.com account or voice agent, for an operator."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.directory import Account, Agent, Organization
from app.domain.stores import OpenUnit
from app.services.named import account_named, agent_named, organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrganization:
    """An organization with all that belongs to it."""

    organization: Organization
    accounts: list[Account]
    agents: list[Agent]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOrganization:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, org_id: str) -> ShownOrganization:
        with self.read_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            return ShownOrganization(
                organization=organization,
                accounts=unit.directory.accounts(organization.id),
                agents=unit.directory.agents(organization.id),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAccount:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, account_id: str) -> Account:
        with self.read_unit() as unit:
            return account_named(unit.directory, account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgent:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, agent_id: str) -> Agent:
        with self.read_unit() as unit:
            return agent_named(unit.directory, agent_id)
