"""Change a Cal.com account: its name, address, key or settle time, or make it its organization's primary one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.domain.directory import Access, Account
from app.domain.directory_store import Directory
from app.domain.errors import ConflictError, NotConnectedError
from app.domain.ports import Calendar, Owner
from app.domain.stores import OpenUnit
from app.services.account_settings import checked_base_url, checked_key, checked_settle
from app.services.named import access_to, account_named, checked_name, organization_named, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to be different; None leaves as it is. `settle_seconds` is explained at `Account`."""

    name: str | None = None
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    settle_seconds: float | None = None
    primary: bool = False

    def checked(self) -> AccountChange:
        """The same, normalised. Raises RefusedError."""
        return replace(
            self,
            name=None if self.name is None else checked_name(self.name),
            base_url=None if self.base_url is None else checked_base_url(self.base_url),
            api_key=None if self.api_key is None else checked_key(self.api_key),
            settle_seconds=None if self.settle_seconds is None else checked_settle(self.settle_seconds),
        )

    @property
    def needs_a_try(self) -> bool:
        return self.api_key is not None or self.base_url is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccount:
    """A new key or address is tried with Cal.com before it is saved; a new key also connects what was disconnected.

    Raises UnknownNameError (ConflictError, NotConnectedError: it cannot be the primary one), RefusedError, and
    CalendarError where Cal.com does not take the key: nothing is saved.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar

    def __call__(self, account_id: str, change: AccountChange) -> Account:
        change = change.checked()
        with self.read_unit() as unit:
            account = account_named(unit.directory, account_id)
            access = _changed_access(unit.directory, account, change) if change.needs_a_try else None
        owner = None if access is None else self.calendar.owner(access)
        with self.open_unit() as unit:
            unit.directory.hold()
            changed = _changed(account_named(unit.directory, account.id), change, owner)
            _check_name(unit.directory, changed)
            unit.directory.save_account(changed, change.api_key)
            if change.needs_a_try:
                unit.sweeps.start_afresh(changed.id)
            if change.primary:
                _check_shared(changed)
                organization = organization_named(unit.directory, changed.org_id)
                unit.directory.save_organization(replace(organization, primary_account_id=changed.id))
            unit.commit()
        return changed


def _changed_access(directory: Directory, account: Account, change: AccountChange) -> Access:
    return Access(
        account_id=account.id,
        base_url=change.base_url or account.base_url,
        api_key=change.api_key or access_to(directory, account).api_key,
    )


def _changed(account: Account, change: AccountChange, owner: Owner | None) -> Account:
    return replace(
        account,
        name=change.name or account.name,
        base_url=change.base_url or account.base_url,
        key_last4=change.api_key[-4:] if change.api_key else account.key_last4,
        settle_seconds=account.settle_seconds if change.settle_seconds is None else change.settle_seconds,
        username=owner.username if owner else account.username,
        time_zone=owner.time_zone if owner else account.time_zone,
        email=owner.email if owner else account.email,
        disconnected_at=None if change.api_key else account.disconnected_at,
    )


def _check_shared(account: Account) -> None:
    if account.agent_id is not None:
        raise ConflictError(f"The account {account.name} is private to one agent; it cannot serve the others.")
    if not account.is_connected:
        raise NotConnectedError(f"The account {account.name} has no key. Give it one first.")


def _check_name(directory: Directory, changed: Account) -> None:
    shared = (known for known in directory.accounts(changed.org_id) if known.agent_id is None)
    others = {known.name for known in shared if known.id != changed.id}
    if changed.agent_id is None and changed.name in others:
        raise refused("name", f"The organization has another account {changed.name}.")
