"""Connect a Cal.com account to an organization, after its key was tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from app.domain.directory import Access, Account, Organization
from app.domain.directory_store import Directory
from app.domain.ports import Calendar, Clock
from app.domain.stores import OpenUnit
from app.services.account_settings import checked_base_url, checked_key
from app.services.named import access_to, checked_name, organization_named, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAccount:
    """An account's name is unique within its organization; without one it is called as Cal.com calls its owner.

    The same name with the same address and key is answered with what is there, without asking Cal.com; with another
    address or key it is refused. An account that was disconnected is connected again by its name. The organization's
    first connected account becomes its primary one.
    Raises UnknownNameError, RefusedError, and CalendarError where Cal.com does not take the key: nothing is saved.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    clock: Clock
    default_base_url: str

    def __call__(self, *, org_id: str, api_key: str, name: str = "", base_url: str = "") -> Account:
        access = Access(
            account_id=str(uuid4()),
            base_url=checked_base_url(base_url or self.default_base_url),
            api_key=checked_key(api_key),
        )
        with self.read_unit() as unit:
            organization = organization_named(unit.directory, org_id)
            existing = _existing(unit.directory, organization, checked_name(name), access) if name else None
        return existing or self._connect(organization, name, access)

    def _connect(self, organization: Organization, name: str, access: Access) -> Account:
        owner = self.calendar.owner(access)
        account = Account(
            id=access.account_id,
            org_id=organization.id,
            name=checked_name(name or owner.username or owner.name),
            base_url=access.base_url,
            key_last4=access.api_key[-4:],
            username=owner.username,
            time_zone=owner.time_zone,
            email=owner.email,
            created_at=self.clock(),
        )
        with self.open_unit() as unit:
            unit.directory.hold()
            existing = _existing(unit.directory, organization, account.name, access)
            if existing is not None:
                return existing
            account = _after(_named(unit.directory, organization, account.name), account)
            unit.directory.save_account(account, access.api_key)
            _make_primary_if_first(unit.directory, account)
            unit.commit()
        return account


def _named(directory: Directory, organization: Organization, name: str) -> Account | None:
    """Private accounts of agents have names of their own, which are nobody else's business."""
    shared = (known for known in directory.accounts(organization.id) if known.agent_id is None)
    return next((known for known in shared if known.name == name), None)


def _after(former: Account | None, account: Account) -> Account:
    """An account that is connected again stays the one it was: agents and appointments name it."""
    if former is None:
        return account
    return replace(account, id=former.id, created_at=former.created_at, settle_seconds=former.settle_seconds)


def _existing(directory: Directory, organization: Organization, name: str, wanted: Access) -> Account | None:
    """The connected account of that name if it says the same. Raises RefusedError if it says something else."""
    account = _named(directory, organization, name)
    if account is None or not account.is_connected:
        return None
    if account.base_url != wanted.base_url:
        raise refused("name", f"{organization.name} has an account {name} at {account.base_url} already.")
    if access_to(directory, account).api_key != wanted.api_key:
        raise refused(
            "name", f"{organization.name} has an account {name} with another key. Change that account's key instead."
        )
    return account


def _make_primary_if_first(directory: Directory, account: Account) -> None:
    organization = organization_named(directory, account.org_id)
    primary = directory.account(organization.primary_account_id) if organization.primary_account_id else None
    if primary is None or not primary.is_connected:
        directory.save_organization(replace(organization, primary_account_id=account.id))
