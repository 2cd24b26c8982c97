"""Look at everything the service stands on, and say of each part whether it is well and what to do if not."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from app.domain.answers import Result
from app.domain.directory import Access, Account
from app.domain.errors import CalendarError, StoreUnavailableError
from app.domain.jobs import Status
from app.domain.outcomes import Failed
from app.domain.ports import Calendar, Clock
from app.domain.stores import JobFilter, OpenUnit
from app.services.account_settings import travels_in_clear
from app.services.findings import Finding, ok, problem, warning
from app.services.judge_hook import JudgeHook
from app.services.judge_redis import RedisInfo, judge_redis

PACKAGES = ("ringbook", "celery", "kombu", "redis", "sqlalchemy")
LATE = 60.0
"""Seconds a due job may wait before no worker seems to be at work."""

RECENT = 100
"""How many of the newest failed jobs are looked through for unknown outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """Which database it is, and the migration it is at and should be at; an empty `revision`: never migrated."""

    name: str
    version: str
    revision: str
    newest_revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnose:
    """Yields findings as they are made, broken parts included: raises nothing for them.

    `database_facts` raises StoreUnavailableError; `redis_info` gives None where the server does not answer in time.
    `timer` counts seconds, for the answer times of Cal.com.
    """

    read_unit: OpenUnit
    calendar: Calendar
    judge_hook: JudgeHook
    clock: Clock
    database_facts: Callable[[], DatabaseFacts]
    redis_info: Callable[[], RedisInfo | None]
    timer: Callable[[], float] = time.perf_counter

    def __call__(self) -> Iterator[Finding]:
        yield ok("versions", _versions())
        yield from judge_redis(self.redis_info())
        try:
            facts = self.database_facts()
            yield _judge_database(facts)
            if facts.revision == facts.newest_revision:
                yield from self._judge_jobs()
                yield from self._judge_accounts()
        except StoreUnavailableError:
            yield problem(
                "database", "It cannot be reached, or does not do what is asked.", "Start it, or correct DATABASE_URL."
            )

    def _judge_jobs(self) -> Iterator[Finding]:
        with self.read_unit() as unit:
            now, counts = self.clock(), unit.jobs.open_counts()
            oldest = unit.jobs.oldest_due(now=now)
            failed = unit.jobs.search(JobFilter(status=Status.FAILED, limit=RECENT))
        waited = 0.0 if oldest is None else (now - oldest).total_seconds()
        if waited > LATE:
            yield problem("jobs", f"A job has been due for {waited:.0f} seconds.", "Start a worker and a scheduler.")
        else:
            yield ok("jobs", ", ".join(f"{number} {status}" for status, number in counts.items()) + ".")
        unknown = [job for job in failed if job.final and job.final.result is Result.OUTCOME_UNKNOWN]
        if unknown:
            yield warning(
                "jobs",
                f"Of {len(unknown)} failed it is not known whether Cal.com has what they asked for.",
                "See them: ringbook jobs list --status failed. Requeue each to look again.",
            )

    def _judge_accounts(self) -> Iterator[Finding]:
        with self.read_unit() as unit:
            accounts = [account for account in unit.directory.accounts() if account.is_connected]
        if not accounts:
            yield warning("accounts", "No Cal.com account is connected.", "Connect one: ringbook account add.")
        for account in accounts:
            yield from self._judge_account(account)
            if travels_in_clear(account.base_url):
                yield warning(
                    _subject(account), f"Its key travels unencrypted to {account.base_url}.", "Use an https address."
                )

    def _judge_account(self, account: Account) -> Iterator[Finding]:
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


def _judge_database(facts: DatabaseFacts) -> Finding:
    what = f"{facts.name} {facts.version}"
    if facts.revision == facts.newest_revision:
        return ok("database", f"{what} answers, at migration {facts.revision}.")
    at = f"at migration {facts.revision}" if facts.revision else "not set up yet"
    return problem("database", f"{what} is {at}; this program needs {facts.newest_revision}.", "Run ringbook migrate.")


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    return ", ".join(found)
