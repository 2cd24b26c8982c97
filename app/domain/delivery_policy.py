"""When an event is sent again, when an endpoint is left alone, and when enough is enough."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from app.domain.events import DIRECT
from app.domain.sending import Receipt
from app.domain.webhooks import Delivery, Endpoint

Jitter = Callable[[float, float], float]
"""Draws a number between two bounds; `random.uniform` outside tests."""

FAST_LANE = (0.0, 1.0, 3.0, 8.0, 20.0)
"""Seconds after the event at which it is sent while its caller may still be on the line."""

MINUTE, HOUR = 60.0, 3600.0
SCHEDULE = (
    *FAST_LANE,
    *(minutes * MINUTE for minutes in (1, 3, 10, 30)),
    *(hours * HOUR for hours in (1, 2, 4, 8, 16, 24, 36, 48, 60, 72)),
)
"""Every time after the event at which it is sent until it is taken: 19 in three days. Times that went by while the
last try was under way, or the endpoint was left alone, are passed over."""

SPREAD = 0.1
"""Behind the fast lane a try comes up to this share of its pause late, so that a day's failures do not come at once."""

PATIENCE = 5
PATIENT_FOR = timedelta(seconds=30)
"""An endpoint is left alone once so many tries in a row have failed, and for longer than the fast lane takes."""

SHORTEST_PAUSE = 10.0
LONGEST_PAUSE = 300.0
"""Seconds between two probes of an endpoint that is left alone; the pause doubles with each that fails."""


def next_try(
    delivery: Delivery, receipt: Receipt, *, now: datetime, jitter: Jitter = random.uniform
) -> datetime | None:
    """The next time of the schedule, not before the endpoint's own Retry-After; None when all times have gone by.

    A challenge or a test event is for somebody who is watching: it has the fast lane only.
    """
    age = (now - delivery.scheduled_from).total_seconds()
    earliest = age + (receipt.retry_after or 0.0)
    times = FAST_LANE if delivery.event_name in DIRECT else SCHEDULE
    for before, at in pairwise(times):
        if at > age and at >= earliest:
            late = jitter(0.0, SPREAD * (at - before)) if at > FAST_LANE[-1] else 0.0
            return delivery.scheduled_from + timedelta(seconds=at + late)
    return None


def pause_after(endpoint: Endpoint, receipt: Receipt, *, now: datetime) -> datetime | None:
    """Until when an endpoint is left alone after one more failure: it asked for it, or nothing gets through."""
    asked = receipt.retry_after or 0.0
    failures = endpoint.failures + 1
    lasting = endpoint.failing_since is not None and now - endpoint.failing_since > PATIENT_FOR
    ours = min(SHORTEST_PAUSE * 2.0 ** min(failures - PATIENCE, 10), LONGEST_PAUSE) if lasting else 0.0
    if failures < PATIENCE:
        ours = 0.0
    return now + timedelta(seconds=max(asked, ours)) if asked or ours else None


def is_beyond_hope(delivery: Delivery, endpoint: Endpoint) -> bool:
    """A delivery was given up, and in all that time the endpoint took nothing else either.

    A challenge or a test event is given up after seconds: that says nothing.
    """
    if delivery.event_name in DIRECT:
        return False
    return endpoint.last_success_at is None or endpoint.last_success_at < delivery.scheduled_from
