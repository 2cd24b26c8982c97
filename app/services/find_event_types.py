"""Find the event types an agent could book: those of the Cal.com accounts an organization shares."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.directory import Access, Account
from app.domain.errors import NotConnectedError, UnknownNameError
from app.domain.event_types import EventTypeEntry
from app.domain.ports import Calendar
from app.domain.stores import OpenUnit
from app.services.named import access_to, organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedEventType:
    """An event type, and the account that has it."""

    account: Account
    entry: EventTypeEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class FindEventTypes:
    """Asks Cal.com, account by account in the order of their making; one that cannot be asked fails the whole.

    Raises UnknownNameError (NotConnectedError without a connected account) and CalendarError.
    """

    read_unit: OpenUnit
    calendar: Calendar

    def __call__(self, org_id: str) -> list[OfferedEventType]:
        return [
            OfferedEventType(account=account, entry=entry)
            for account, access in self._shared(org_id)
            for entry in self.calendar.event_types(access)
        ]

    def one(self, org_id: str, platform_id: str) -> OfferedEventType:
        """By its number or its slug; with the same slug in two accounts, that of the older one."""
        for account, access in self._shared(org_id):
            for entry in self.calendar.event_types(access):
                if platform_id in {str(entry.id), entry.slug}:
                    return OfferedEventType(account=account, entry=entry)
        raise UnknownNameError(f"There is no event type {platform_id}.")

    def _shared(self, org_id: str) -> list[tuple[Account, Access]]:
        with self.read_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            found = [
                (account, access_to(unit.directory, account))
                for account in unit.directory.accounts(organization.id)
                if account.agent_id is None and account.is_connected
            ]
        if not found:
            raise NotConnectedError(f"{organization.name} has no Cal.com account that is connected.")
        return found
