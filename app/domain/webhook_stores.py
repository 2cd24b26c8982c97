"""What the use cases need of the database to tell others of events, as protocols; `app.storage` fulfils them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.events import Event, EventName
from app.domain.paging import WHOLE, Place, Span
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, DisabledReason, Endpoint, KnownSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries to list: newest first, `limit` of them, older than the delivery `before`, behind `after`.

    `waiting`: only those that are neither taken nor given up.
    """

    org_id: str | None = None
    endpoint_id: str | None = None
    event_id: str | None = None
    event_name: EventName | None = None
    status: DeliveryStatus | None = None
    waiting: bool = False
    limit: int = 50
    before: str | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """A delivery that a worker could take. `published_at`: when a worker was last told so, None if never."""

    id: str
    due_since: datetime
    published_at: datetime | None


class EndpointStore(Protocol):
    """Endpoints and their secrets, which are encrypted before they are stored."""

    def add(self, endpoint: Endpoint, secret: str) -> None: ...

    def get(self, endpoint_id: str) -> Endpoint | None: ...

    def of_organization(self, org_id: str) -> list[Endpoint]:
        """In the order of their making."""
        ...

    def all(self, org_id: str | None = None, span: Span = WHOLE) -> list[Endpoint]:
        """As many as `span` holds, in the order of their making, of every organization or of one."""
        ...

    def save(self, endpoint: Endpoint) -> None:
        """Its url, description, events and agents; the rest changes only where its state allows it."""
        ...

    def verify(self, endpoint_id: str, url: str) -> bool:
        """The challenge that was sent to this address came back: enabled, if it still waits for that."""
        ...

    def unverify(self, endpoint_id: str) -> None: ...

    def enable(self, endpoint_id: str) -> bool:
        """False unless it was disabled."""
        ...

    def disable(self, endpoint_id: str, reason: DisabledReason, *, now: datetime) -> bool:
        """False unless it was enabled."""
        ...

    def remove(self, endpoint_id: str) -> bool:
        """With all its deliveries."""
        ...

    def secrets(self, endpoint_id: str, *, now: datetime) -> tuple[str, ...]:
        """The secret, and while it is being rotated the one before. Raises KeyUnreadableError."""
        ...

    def known_secrets(self, endpoint_id: str, *, now: datetime) -> tuple[KnownSecret, ...]:
        """The same, without telling them. Raises KeyUnreadableError."""
        ...

    def replace_secret(self, endpoint_id: str, secret: str, *, previous_until: datetime) -> None: ...

    def rotate_keys(self) -> int:
        """Encrypt every secret anew with the first of the secret keys; returns how many endpoints that were."""
        ...

    def note_success(self, endpoint_id: str, *, now: datetime) -> None:
        """It took something: all is forgiven."""
        ...

    def note_failure(self, delivery: Delivery, *, now: datetime, paused_until: datetime | None) -> None:
        """One more failure. The longest pause holds, but that of a probe ends with what it found."""
        ...


class DeliveryStore(Protocol):
    """Events, deliveries and attempts. Every change is conditional; a method that returns False or None did nothing."""

    def add_event(self, event: Event) -> None: ...

    def add(self, delivery: Delivery) -> bool:
        """False if the event is on its way to that endpoint already (the unique index decides)."""
        ...

    def event(self, event_id: str) -> Event | None: ...

    def get(self, delivery_id: str) -> Delivery | None: ...

    def get_with_history(self, delivery_id: str) -> Delivery | None: ...

    def has_place(self, delivery_id: str, *, now: datetime) -> bool:
        """Whether its endpoint might take it now. `claim` decides; of many messages to a busy endpoint most need not
        go so far.
        """
        ...

    def claim(self, delivery_id: str, *, now: datetime, lease_until: datetime) -> Delivery | None:
        """Take a due delivery: running, fence and attempts + 1, a new attempt row.

        Refused while its endpoint is disabled or paused, or has as many under way as it may. The first claim after a
        pause is a probe: it prolongs the pause to `lease_until`, so that the others wait for what it finds.
        """
        ...

    def hand_back(self, delivery: Delivery, *, at: datetime) -> bool:
        """Undo a claim under which nothing was sent."""
        ...

    def retry(self, delivery: Delivery, attempt: DeliveryAttempt, *, at: datetime) -> bool: ...

    def finish(self, delivery: Delivery, attempt: DeliveryAttempt, *, status: DeliveryStatus) -> bool: ...

    def restart(self, delivery_id: str, *, now: datetime) -> bool:
        """Send it once more, on a fresh schedule; False while it is under way or is not there."""
        ...

    def bring_forward(self, endpoint_id: str, *, now: datetime, afresh: bool) -> None:
        """The endpoint takes events again: its waiting deliveries are due now, `afresh` on a new schedule.

        One whose worker died waits as well.
        """
        ...

    def ended_since(
        self,
        endpoint_id: str,
        since: datetime,
        *,
        statuses: Collection[DeliveryStatus],
        scheduled_before: datetime,
        limit: int,
    ) -> list[str]:
        """Ids of deliveries that ended so, on a schedule begun before that moment, of events from `since` on.

        The oldest event comes first.
        """
        ...

    def untold_since(self, endpoint: Endpoint, since: datetime, *, limit: int) -> list[Event]:
        """Events from `since` on that the endpoint wants and that were never on their way to it, oldest first."""
        ...

    def due(self, *, now: datetime, per_endpoint: int) -> dict[str, list[DueDelivery]]:
        """By endpoint, longest waiting first; without those that could not be claimed now."""
        ...

    def next_in_line(self, endpoint_id: str, *, now: datetime) -> list[str]:
        """Ids of due deliveries for which a place has become free there, longest waiting first."""
        ...

    def mark_published(self, delivery_ids: Sequence[str], *, now: datetime) -> None: ...

    def mark_unpublished(self, delivery_id: str) -> None:
        """Its message came to nothing: to be published again at once."""
        ...

    def search(self, wanted: DeliveryFilter) -> list[Delivery]: ...

    def about(self, appointment_id: str, *, limit: int) -> list[tuple[Event, Delivery]]:
        """Deliveries of what happened to an appointment, with their attempts; the newest event first."""
        ...

    def waiting_at(self, endpoint_id: str, *, most: int) -> int:
        """How many wait for it or are under way to it; counts no further than `most`."""
        ...

    def prune(self, *, occurred_before: datetime, limit: int) -> int:
        """Delete events that happened before, with their deliveries and attempts; returns how many events.

        Those on their way on a schedule begun since are left.
        """
        ...

    def erase_person(self, appointment_ids: Sequence[str], *, occurred_before: datetime | None = None) -> int:
        """Take the attendee out of the events about these appointments, all of them or those that happened before.

        Returns how many events that were.
        """
        ...
