"""What the overview asks of the database about the present moment, as a protocol; each through an index of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MOST_COUNTED = 2_000
"""Beyond that many, a number says "at least": nobody needs it exactly, and counting all would take long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failed jobs that nobody has requeued or discarded.

    `unknown`: those of any age of which it is not known whether Cal.com has what they asked for. `by_result`: the
    others of late; `is_cut` where there were more than are counted.
    """

    unknown: int
    by_result: Mapping[str, int]
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountName:
    id: str
    name: str
    org_id: str
    org_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubledAccount:
    """An account that could not be looked through: `trouble` says why, in the words of results."""

    account: AccountName
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwellEndpoint:
    """An endpoint of an organization that takes nothing just now. `waiting`: deliveries that wait for it.

    `disabled_reason` is empty while it is still tried; `paused_until`: until then it is left alone.
    """

    id: str
    url: str
    org_id: str
    org_name: str
    disabled_reason: str
    failures: int
    since: datetime | None
    paused_until: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsNow:
    """How many endpoints fare how, without those that are well. `worst`: disabled by us, or failing at all."""

    failing_for_long: int
    disabled_by_us: int
    disabled_by_owner: int
    unverified: int
    worst: Sequence[UnwellEndpoint]


class OverviewStore(Protocol):
    def failures(self, *, since: datetime) -> Failures: ...

    def accounts_in_trouble(self, *, limit: int) -> list[TroubledAccount]:
        """Of those that have a key."""
        ...

    def account_names(self, account_ids: Collection[str]) -> dict[str, AccountName]: ...

    def endpoints(self, *, failing_since: datetime, limit: int) -> EndpointsNow:
        """`failing_since`: those that took nothing since then have been failing for long; `limit`: of the worst."""
        ...

    def waiting_deliveries(self) -> int:
        """To all endpoints, none counted beyond MOST_COUNTED + 1."""
        ...
