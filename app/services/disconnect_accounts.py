"""Throw the keys of Cal.com accounts away: nothing is booked with them any more, what was booked stays known."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.directory import Account
from app.domain.errors import ConflictError
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import account_named, organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectAccounts:
    """One account, or all that agents of an organization share; once more changes nothing.

    Refused while a job with one of them is under way: without the key nobody could find out what became of it.
    An agent that has such an account stays with it, unconnected, until it is given another: its event type is one of
    that account, and must not be booked by a key that happens to come next.
    Raises UnknownNameError and ConflictError: then none is disconnected.
    """

    open_unit: OpenUnit
    clock: Clock

    def one(self, account_id: str) -> Account:
        with self.open_unit() as unit:
            unit.directory.hold()
            account = account_named(unit.directory, account_id)
            self._disconnect(unit, [account])
            unit.commit()
            return account_named(unit.directory, account.id)

    def all_of(self, org_id: str) -> list[Account]:
        with self.open_unit() as unit:
            unit.directory.hold()
            organization = organization_named(unit.directory, org_id)
            shared = [known for known in unit.directory.accounts(organization.id) if known.agent_id is None]
            self._disconnect(unit, shared)
            unit.commit()
        return shared

    def _disconnect(self, unit: UnitOfWork, accounts: list[Account]) -> None:
        for account in accounts:
            if unit.jobs.has_open(account_id=account.id):
                raise ConflictError(f"A request with the account {account.name} is under way. Wait until it has ended.")
            unit.directory.disconnect_account(account.id, now=self.clock())
