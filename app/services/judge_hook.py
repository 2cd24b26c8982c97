"""Whether Cal.com tells this service of an account's bookings."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.directory import Access, Account
from app.domain.errors import CalendarError, KeyUnreadableError
from app.domain.notices import MEANS
from app.domain.ports import HookDesk
from app.domain.stores import OpenUnit
from app.services.connect_hook import can_be_told
from app.services.findings import Finding, ok, warning


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeHook:
    """Asks Cal.com once. Without a hook nothing is lost, it is only found later: so the worst is a warning."""

    read_unit: OpenUnit
    desk: HookDesk
    public_url: str

    def __call__(self, account: Account, access: Access, subject: str) -> Finding:
        again = f"Run ringbook account connect {account.id}."
        try:
            with self.read_unit() as unit:
                hook = unit.hooks.get(account.id)
        except KeyUnreadableError as error:
            return warning(subject, f"Its secret cannot be read: {error}.", "Put back the older SECRET_KEYS.")
        if hook is None and not can_be_told(self.public_url, account):
            return ok(subject, "None: PUBLIC_URL is not https. Changes made in Cal.com are found by sweeps.")
        if hook is None:
            return warning(subject, "None: changes made in Cal.com are found late, by sweeps.", again)
        try:
            found = self.desk.hooks(access)
        except CalendarError as error:
            return warning(subject, f"Cal.com does not tell its webhooks ({error}).", "Try again shortly.")
        there = next((each for each in found if each.url == hook.url), None)
        if there is None:
            return warning(subject, "Cal.com does not have it any more.", again)
        if not there.active or not there.triggers.issuperset(MEANS):
            return warning(subject, "It was switched off or changed in Cal.com.", again)
        if hook.registered_at is None:
            return warning(subject, "Cal.com has not confirmed its newest secret.", again)
        return ok(subject, f"Cal.com tells of its bookings at {hook.url}.")
