"""Have Cal.com tell this service of an account's bookings: make, renew and remove its webhook and secret."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.directory import Access, Account
from app.domain.errors import CalendarError
from app.domain.identifiers import new_hook_secret
from app.domain.notices import MEANS, Hook
from app.domain.outcomes import Failed
from app.domain.ports import Clock, HookDesk, HookFound, HookWish
from app.domain.stores import OpenUnit
from app.services.account_settings import is_on_loopback
from app.services.named import access_to, account_named, refused

HOOKS_PATH = "/api/v1/calcom/webhooks/"
"""Under PUBLIC_URL; what follows is the account's id."""

FORMER_FOR = timedelta(minutes=10)
"""How long the former secret is taken once Cal.com has the new one: longer than a delivery can be under way."""

TRIES = 3
"""How often Cal.com is given a secret, where others make new ones meanwhile. Each takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectHook:
    """As often as one likes: Cal.com ends up with exactly one hook for the account, whatever it had before.

    A new secret is accepted here before Cal.com signs with it, and the former one until it surely does not any more.
    Raises UnknownNameError, RefusedError where Cal.com could not reach this service, CalendarError where it refuses.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    desk: HookDesk
    clock: Clock
    public_url: str

    def __call__(self, account_id: str, *, new_secret: bool = False) -> Hook:
        with self.read_unit() as unit:
            account = account_named(unit.directory, account_id)
            access = access_to(unit.directory, account)
        if not can_be_told(self.public_url, account):
            raise refused("PUBLIC_URL", f"Cal.com cannot reach {self.public_url}: it must be an https address.")
        hook = self._prepare(account, new_secret=new_secret)
        for _ in range(TRIES):
            given = replace(hook, calcom_id=self._put(access, hook))
            hook = self._confirm(given)
            if hook.secret == given.secret:
                return hook
        raise refused("account", "Its hook is renewed by others at this moment. Try again.")

    def _prepare(self, account: Account, *, new_secret: bool) -> Hook:
        """A secret that Cal.com has not confirmed yet is used again: which of the two it signs with is not known."""
        url = f"{self.public_url}{HOOKS_PATH}{account.id}"
        with self.open_unit() as unit:
            unit.directory.hold()
            hook = unit.hooks.get(account.id)
            if hook is None:
                hook = Hook(account_id=account.id, url=url, secret=new_hook_secret())
            elif new_secret and hook.registered_at is not None:
                hook = Hook(
                    account_id=account.id,
                    url=url,
                    secret=new_hook_secret(),
                    former_secret=hook.secret,
                    calcom_id=hook.calcom_id,
                )
            hook = replace(hook, url=url)
            unit.hooks.save(hook)
            unit.commit()
        return hook

    def _put(self, access: Access, hook: Hook) -> str:
        """Returns the id that Cal.com gave the hook."""
        wish = HookWish(url=hook.url, triggers=tuple(MEANS), secret=hook.secret)
        ours = hooks_of(self.desk.hooks(access), hook.account_id)
        kept = next((found for found in ours if found.url == hook.url), ours[0] if ours else None)
        for found in ours:
            if found is not kept:
                self.desk.remove(access, found.id)
        if kept is not None and self.desk.change(access, kept.id, wish):
            return kept.id
        try:
            return self.desk.add(access, wish).id
        except CalendarError as error:
            made = self._made_meanwhile(access, wish, error)
            return made.id

    def _made_meanwhile(self, access: Access, wish: HookWish, error: CalendarError) -> HookFound:
        """The address is there already: somebody else has just added it, or our own request that got no answer."""
        if not isinstance(error.outcome, Failed) or error.outcome.trace.http_status != 409:
            raise error
        made = next((found for found in self.desk.hooks(access) if found.url == wish.url), None)
        if made is None or not self.desk.change(access, made.id, wish):
            raise error
        return made

    def _confirm(self, given: Hook) -> Hook:
        """What is kept from now on. Its secret is another one where somebody made that while Cal.com was given ours:
        which of the two Cal.com had last is not known, so it has to be given the kept one again.
        """
        now = self.clock()
        with self.open_unit() as unit:
            unit.directory.hold()
            stored = unit.hooks.get(given.account_id)
            if stored is None:
                return given  # removed while Cal.com was being asked
            if stored.secret == given.secret:
                former_until = stored.former_until or (now + FORMER_FOR if stored.former_secret else None)
                hook = replace(stored, calcom_id=given.calcom_id, registered_at=now, former_until=former_until)
            else:
                hook = replace(stored, former_secret=given.secret, former_until=None, registered_at=None)
            unit.hooks.save(hook)
            unit.commit()
        return hook


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectHook:
    """Cal.com first: as long as it tells, it is listened to. True if there was a hook, there or here.

    Raises UnknownNameError, and CalendarError: then nothing is removed here.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    desk: HookDesk

    def __call__(self, account_id: str) -> bool:
        with self.read_unit() as unit:
            account = account_named(unit.directory, account_id)
            access = access_to(unit.directory, account)
        ours = hooks_of(self.desk.hooks(access), account.id)
        for found in ours:
            self.desk.remove(access, found.id)
        with self.open_unit() as unit:
            unit.directory.hold()
            removed = unit.hooks.remove(account.id)
            unit.commit()
        return removed or bool(ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHook:
    """The hook as it is kept here, None without one. Whether Cal.com still has it, `Diagnose` asks."""

    read_unit: OpenUnit

    def __call__(self, account_id: str) -> Hook | None:
        with self.read_unit() as unit:
            return unit.hooks.get(account_id)


def hooks_of(found: list[HookFound], account_id: str) -> list[HookFound]:
    """Those for this account, under whatever address this service had."""
    return [hook for hook in found if hook.url.endswith(HOOKS_PATH + account_id)]


def can_be_told(public_url: str, account: Account) -> bool:
    """Cal.com takes https addresses only; a stand-in on this machine reaches what is on it."""
    if public_url.startswith("https://"):
        return True
    return is_on_loopback(public_url) and is_on_loopback(account.base_url)
