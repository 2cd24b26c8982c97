"""What became of the callers, by what Cal.com has: right, doubled, lost, told something untrue, or not served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tests.bench.centre.callers import Call, Statement
from tests.bench.centre.desks import Told
from tests.bench.figures import quantile

LIVE = ("accepted", "pending")
LATE_COMMIT = 60.0
"""Seconds after a "could not be done" in which the same request may still be carried out upstream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Of one side at one rate. Times are seconds to the first true and final answer to the wish to book."""

    callers: int
    right: int
    doubled: int
    lost: int
    untrue: int
    not_served: int
    p50: float
    p95: float
    p99: float
    calls: int
    limited: int

    @property
    def right_share(self) -> float:
        return 100 * self.right / self.callers if self.callers else float("nan")


@dataclass(frozen=True, slots=True)
class Record:
    """Cal.com's bookings of one caller."""

    bookings: tuple[dict[str, Any], ...]

    @property
    def live(self) -> list[datetime]:
        return [_time(row["start"]) for row in self.bookings if row["status"] in LIVE]

    def made(self, at: datetime | None) -> list[float]:
        """When those at that time were made, in seconds since the epoch."""
        return [_time(row["created_at"]).timestamp() for row in self.bookings if _time(row["start"]) == at]

    def cancelled(self) -> list[float]:
        return [_time(row["updated_at"]).timestamp() for row in self.bookings if row["status"] == "cancelled"]


def judge(calls: Sequence[Call], bookings: Sequence[dict[str, Any]], journal: Sequence[dict[str, Any]]) -> Tally:
    records = {call.person.email: Record(_of(call.person.email, bookings)) for call in calls}
    pairs = [(call, records[call.person.email]) for call in calls]
    times = [call.first_answer_to(partial(_is_true, record)) for call, record in pairs]
    return Tally(
        callers=len(calls),
        right=sum(_is_right(call, record) for call, record in pairs),
        doubled=sum(len(record.live) > 1 for _, record in pairs),
        lost=sum(_is_lost(call, record) for call, record in pairs),
        untrue=sum(not all(_is_true(record, each) for each in call.statements) for call, record in pairs),
        not_served=sum(_is_turned_away(call, record) for call, record in pairs),
        p50=quantile(times, 0.5),
        p95=quantile(times, 0.95),
        p99=quantile(times, 0.99),
        calls=len(journal),
        limited=sum(entry.get("status") == 429 for entry in journal),
    )


def _of(email: str, bookings: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple(row for row in bookings if any(person["email"] == email for person in row["attendees"]))


def _is_right(call: Call, record: Record) -> bool:
    """They have exactly what they agreed to: that one booking, or none where it was called off."""
    if call.refused_change:
        return False
    if call.cancelled:
        return not record.live
    return call.booked_at is not None and record.live == [call.booked_at]


def _is_lost(call: Call, record: Record) -> bool:
    """They were told that they have it, and have not; or that it is called off, and somebody expects them."""
    if call.cancelled:
        return bool(record.live)
    return call.booked_at is not None and call.booked_at not in record.live and not call.refused_change


def _is_turned_away(call: Call, record: Record) -> bool:
    """Plainly told no, or never offered a time, and nothing was booked."""
    return call.booked_at is None and not call.cancelled and not record.live


def _is_true(record: Record, said: Statement) -> bool:
    """An open answer promises nothing. "Could not be done" must hold for as long as the request may be carried out."""
    if said.told is Told.OPEN:
        return True
    happened = record.cancelled() if said.deed == "cancel" else record.made(said.at)
    if said.told is Told.DONE:
        return bool(happened)
    if said.told is Told.TAKEN:
        return not any(at <= said.said for at in happened)
    return not any(said.asked - LATE_COMMIT <= at <= said.said for at in happened)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
