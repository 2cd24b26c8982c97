"""Whether one Cal.com account can be worked with now: its key, its server, and whether it tells of its bookings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.answers import Result
from app.domain.directory import Access, Account
from app.domain.errors import CalendarError, StoreUnavailableError
from app.domain.outcomes import Failed
from app.domain.ports import Calendar
from app.domain.stores import OpenUnit
from app.services.account_settings import travels_in_clear
from app.services.findings import Finding, ok, problem, warning
from app.services.judge_hook import JudgeHook
from app.services.named import account_named


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAccount:
    """Asks Cal.com two questions. Raises nothing for what is broken. `timer` counts seconds, for the answer times."""

    read_unit: OpenUnit
    calendar: Calendar
    judge_hook: JudgeHook
    timer: Callable[[], float] = time.perf_counter

    def by_id(self, account_id: str) -> list[Finding]:
        """Raises UnknownNameError."""
        with self.read_unit() as unit:
            account = account_named(unit.directory, account_id)
        return list(self(account))

    def __call__(self, account: Account) -> Iterator[Finding]:
        yield from self._judge(account)
        if travels_in_clear(account.base_url):
            text = f"Its key travels unencrypted to {account.base_url}."
            yield warning(_subject(account), text, "Use an https address.")

    def _judge(self, account: Account) -> Iterator[Finding]:
        advice = f"Give it a key that works: ringbook account set {account.id} --key-stdin."
        try:
            access = self._access(account)
        except StoreUnavailableError as error:
            yield problem(_subject(account), f"Its key cannot be read: {error}.", "Put back the older SECRET_KEYS.")
            return
        if access is None:
            yield problem(_subject(account), "It has no key.", advice)
            return
        started = self.timer()
        try:
            owner = self.calendar.owner(access)
        except CalendarError as error:
            yield _judge_refusal(account, error, advice)
            return
        took = (self.timer() - started) * 1000
        yield ok(_subject(account), f"Cal.com answers in {took:.0f} ms as {owner.username} ({owner.time_zone}).")
        yield self.judge_hook(account, access, f"webhook of {_subject(account)}")

    def _access(self, account: Account) -> Access | None:
        with self.read_unit() as unit:
            return unit.directory.access(account.id)


def _subject(account: Account) -> str:
    return f"account {account.name} …{account.key_last4}"


def _judge_refusal(account: Account, error: CalendarError, advice: str) -> Finding:
    match error.outcome:
        case Failed(result=Result.UPSTREAM_KEY):
            return problem(_subject(account), f"Cal.com does not take its key ({error}).", advice)
        case Failed():
            text = f"What answers at {account.base_url} is not Cal.com's API ({error})."
            return problem(_subject(account), text, f"Correct it: ringbook account set {account.id} --base-url URL.")
    return problem(_subject(account), f"Cal.com gives no answer at {account.base_url} ({error}).", "Try again shortly.")
