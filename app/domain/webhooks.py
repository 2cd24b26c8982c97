"""Endpoints of others, and the deliveries of events to them: their states, and when one is tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.events import DIRECT, Event, EventName


class EndpointStatus(StrEnum):
    """Whether events go there."""

    UNVERIFIED = "unverified"  # registered; has not answered our challenge yet
    ENABLED = "enabled"
    DISABLED = "disabled"  # by its owner, by answering 410, or because it took nothing for days


class DisabledReason(StrEnum):
    """Why an endpoint gets nothing any more."""

    BY_OWNER = "by_owner"
    GONE = "gone"  # it answered 410
    FAILING = "failing"  # it took nothing while a delivery was tried for three days


class DeliveryStatus(StrEnum):
    """Where a delivery stands; the words of jobs."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"  # waits for `next_attempt_at`, or for its endpoint to be enabled again
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in {DeliveryStatus.SUCCEEDED, DeliveryStatus.FAILED}


DELIVERY_LEASE = timedelta(seconds=25)
"""How long a worker holds a delivery: longer than its request may take, so that no lease has to be renewed."""

AT_ONCE = 4
"""Deliveries under way to one endpoint at a time; one while its last attempt failed."""

ROTATION_OVERLAP = timedelta(hours=24)
"""For how long deliveries are signed with the secret before the last one as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an organization wants events sent. Empty `events` or `agent_ids` stand for all.

    `failures` counts attempts that failed since the last success, `failing_since` is when the first of them was. Until
    `paused_until` (its breaker is open, or it asked for a pause) nothing is sent there.
    """

    id: str
    org_id: str
    url: str
    created_at: datetime
    description: str = ""
    events: tuple[EventName, ...] = ()
    agent_ids: tuple[str, ...] = ()
    status: EndpointStatus = EndpointStatus.UNVERIFIED
    disabled_reason: str = ""
    disabled_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    paused_until: datetime | None = None

    @property
    def at_once(self) -> int:
        """How many deliveries may be under way there now."""
        return 1 if self.failures else AT_ONCE

    def wants(self, event: Event) -> bool:
        """Whether it subscribed to the event, and the event's request did not choose others."""
        return (
            self.org_id == event.org_id
            and event.name not in DIRECT
            and (not event.chosen or self.id in event.chosen)
            and (not self.events or event.name in self.events)
            and (not self.agent_ids or not event.agent_id or event.agent_id in self.agent_ids)
        )


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """What may be shown of a secret that deliveries are signed with; `until` is None for the one that stays."""

    ends_with: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """One request to an endpoint, or one that our rules kept from being sent; `code` says why it did not count.

    `response` is the beginning of what was answered. An attempt whose worker died has no `finished_at`.
    """

    number: int
    fence: int
    started_at: datetime
    finished_at: datetime | None = None
    duration_ms: int | None = None
    http_status: int | None = None
    code: str = ""
    response: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint. `fence` grows with every claim: an old one changes nothing.

    The schedule of attempts counts from `scheduled_from`, which a replay sets anew.
    """

    id: str
    event_id: str
    event_name: EventName
    endpoint_id: str
    org_id: str
    status: DeliveryStatus = DeliveryStatus.QUEUED
    created_at: datetime
    scheduled_from: datetime
    next_attempt_at: datetime
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    published_at: datetime | None = None
    finished_at: datetime | None = None
    history: tuple[DeliveryAttempt, ...] = field(default=(), compare=False)
