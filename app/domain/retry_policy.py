"""When a job is tried again, when Cal.com is looked at again, and when enough is enough."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.appointments import Action
from app.domain.outcomes import RetryLater

Jitter = Callable[[float, float], float]
"""Draws a number between two bounds; `random.uniform` outside tests."""

CEILINGS = (0.5, 2.0, 8.0, 30.0, 60.0, 120.0, 300.0)
"""Upper bound in seconds of the pause after the 1st, 2nd, ... failed try: quick while the caller is on the line."""

MAX_TRIES = 12
LIMITS = {
    Action.BOOK: timedelta(minutes=15),  # a booking made later than that surprises the caller
    Action.RESCHEDULE: timedelta(minutes=15),
    Action.CANCEL: timedelta(hours=24),
}

LOOKS = (1.0, 3.0, 7.0, 15.0, 30.0, 60.0, 95.0)
"""Seconds after an unanswered write at which Cal.com is looked at, before the settle time is over."""

LOOK_PAUSE = 60.0
LOOKING_LIMIT = timedelta(hours=2)
"""How long a look may fail before a person has to decide."""

MAX_SUBMISSIONS = {Action.BOOK: 3, Action.RESCHEDULE: 3, Action.CANCEL: 10}
"""How often one intent is sent at most, each time after Cal.com was found not to have it."""


def deadline(action: Action, *, now: datetime, starts_at: datetime | None) -> datetime:
    """Until when a job may be started or sent: an age limit, and never past the appointment's start."""
    latest = now + LIMITS[action]
    return min(latest, starts_at) if starts_at is not None else latest


def next_try(
    outcome: RetryLater, *, tries: int, now: datetime, deadline_at: datetime, jitter: Jitter = random.uniform
) -> datetime | None:
    """When to try again after a definite "not done"; None if that would be too late or too often.

    Full jitter between nothing and the ceiling; where Cal.com named a pause, that pause and up to a second on top.
    """
    if outcome.wait is not None:
        pause = outcome.wait + jitter(0.0, 1.0)
    else:
        pause = jitter(0.0, CEILINGS[min(tries, len(CEILINGS)) - 1])
    at = now + timedelta(seconds=pause)
    return at if tries < MAX_TRIES and at < deadline_at else None


def postponed_until(wait: float, *, now: datetime, deadline_at: datetime, jitter: Jitter = random.uniform) -> datetime:
    """When a job that could not ask Cal.com runs again; at its deadline at the latest, for then it can be ended."""
    at = now + timedelta(seconds=wait + jitter(0.0, 1.0))
    return min(at, deadline_at) if deadline_at > now else at


def is_looked_for_in_vain(*, submitted_at: datetime, requeued_at: datetime | None, now: datetime) -> bool:
    """True once looks have failed for too long; who has a job run again wants it looked for anew."""
    return now - max(submitted_at, requeued_at or submitted_at) > LOOKING_LIMIT


def next_look(
    *,
    submitted_at: datetime,
    requeued_at: datetime | None = None,
    now: datetime,
    settle: float,
    wait: float | None = None,
) -> datetime | None:
    """When to look for an unanswered write again, not before `wait` seconds; None once it has gone on for too long."""
    age = (now - submitted_at).total_seconds()
    if is_looked_for_in_vain(submitted_at=submitted_at, requeued_at=requeued_at, now=now):
        return None
    upcoming = [look for look in (*LOOKS, settle) if look > age and look <= settle]
    at = submitted_at + timedelta(seconds=upcoming[0]) if upcoming else now + timedelta(seconds=LOOK_PAUSE)
    return max(at, now + timedelta(seconds=wait or 0.0))


def has_settled(*, submitted_at: datetime, now: datetime, settle: float) -> bool:
    """True once Cal.com cannot commit that write any more, so that not found means not done."""
    return (now - submitted_at).total_seconds() >= settle
