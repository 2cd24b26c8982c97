"""Look at everything the service stands on, and say of each part whether it is well and what to do if not."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from app.domain.answers import Result
from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Status
from app.domain.ports import Clock
from app.domain.stores import JobFilter, OpenUnit
from app.services.findings import Finding, ok, problem, warning
from app.services.judge_account import JudgeAccount
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
    """

    read_unit: OpenUnit
    judge_account: JudgeAccount
    clock: Clock
    database_facts: Callable[[], DatabaseFacts]
    redis_info: Callable[[], RedisInfo | None]

    def __call__(self) -> Iterator[Finding]:
        return self._look(accounts=True)

    def parts(self) -> list[Finding]:
        """The same without the accounts: Cal.com is not asked."""
        return list(self._look(accounts=False))

    def _look(self, *, accounts: bool) -> Iterator[Finding]:
        yield ok("versions", _versions())
        yield from judge_redis(self.redis_info())
        try:
            facts = self.database_facts()
            yield _judge_database(facts)
            if facts.revision == facts.newest_revision:
                yield from self._judge_jobs()
                if accounts:
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
            yield from self.judge_account(account)


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
