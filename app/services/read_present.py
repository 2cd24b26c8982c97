"""Read how everything stands at this moment: queue, failures, accounts, endpoints and the processes themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.jobs import Status
from app.domain.overview_store import AccountName, EndpointsNow, Failures, TroubledAccount
from app.domain.processes import Living, SignsOfLife
from app.domain.stores import UnitOfWork
from app.domain.traffic import Standing
from app.services.read_callbacks import MOST as MOST_CALLERS

OF_LATE = timedelta(days=1)
"""So long a failure that nobody requeued or discarded is pointed at."""

FAILING_FOR_LONG = timedelta(minutes=5)
"""Most endpoints that fail once take the next try, and nobody need look."""

MOST_NAMED = 8
"""Accounts and endpoints that are named; of the others there are numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNow:
    """What an account may still ask of Cal.com in this minute, and whether it is left alone. None: a deleted one."""

    standing: Standing
    account: AccountName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """`callers`: those to call back; MOST_CALLERS stands for that many or more. `oldest_due_seconds`: how long the
    longest waiting due job has waited, None if none is due.

    `accounts` are those used within the hour: first those left alone, then those with the least budget left, and
    `accounts_used` says how many there are. `living`: None where Redis does not answer.
    """

    at: datetime
    open_jobs: Mapping[Status, int]
    callers: int
    oldest_due_seconds: float | None
    failures: Failures
    troubled: Sequence[TroubledAccount]
    endpoints: EndpointsNow
    deliveries_waiting: int
    accounts: Sequence[AccountNow]
    accounts_used: int
    accounts_left_alone: int
    living: Sequence[Living] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is not in the database: budgets and breakers, and who is at work. Neither raises."""

    read_traffic: Callable[[], Sequence[Standing]]
    signs: SignsOfLife

    def __call__(self) -> tuple[Sequence[Standing], Sequence[Living] | None]:
        living = self.signs.all()
        return ([] if living is None else self.read_traffic()), living


def read_present(
    unit: UnitOfWork, now: datetime, standings: Sequence[Standing], living: Sequence[Living] | None
) -> Present:
    first = sorted(standings, key=lambda each: (not each.breaker_is_open, each.budget_left))[:MOST_NAMED]
    names = unit.overview.account_names([each.account_id for each in first]) if first else {}
    oldest = unit.jobs.oldest_due(now=now)
    return Present(
        at=now,
        open_jobs=unit.jobs.open_counts(),
        callers=unit.callbacks.count_open(most=MOST_CALLERS),
        oldest_due_seconds=None if oldest is None else max(0.0, (now - oldest).total_seconds()),
        failures=unit.overview.failures(since=now - OF_LATE),
        troubled=unit.overview.accounts_in_trouble(limit=MOST_NAMED),
        endpoints=unit.overview.endpoints(failing_since=now - FAILING_FOR_LONG, limit=MOST_NAMED),
        deliveries_waiting=unit.overview.waiting_deliveries(),
        accounts=[AccountNow(standing=each, account=names.get(each.account_id)) for each in first],
        accounts_used=len(standings),
        accounts_left_alone=sum(each.breaker_is_open for each in standings),
        living=living,
    )
