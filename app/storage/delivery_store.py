"""Events and their deliveries in the database: every change is conditional on the state it starts from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, delete, exists, func, insert, select, update

from app.domain.events import DIRECT, Event
from app.domain.webhook_stores import DeliveryFilter, DueDelivery
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, Endpoint, EndpointStatus
from app.storage import delivery_queries
from app.storage.delivery_queries import is_due, is_free
from app.storage.delivery_rows import (
    delivery_attempt_from_row,
    delivery_from_row,
    delivery_to_row,
    event_from_row,
    event_to_row,
)
from app.storage.dialects import insert_into, rows_changed
from app.storage.endpoint_store import endpoint_from_row
from app.storage.webhook_tables import attempts, deliveries, endpoints, events

CLOCKS_DIFFER = timedelta(seconds=2)
"""Hosts' clocks may: a delivery that one of them made this moment is due on every other."""

WAITING: dict[str, Any] = {"lease_until": None, "published_at": None}
"""For deliveries nobody is at, and whose next message is not a repeat of the last one."""


class SqlDeliveryStore:
    """Nothing is kept before the unit of work commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_event(self, event: Event) -> None:
        self._connection.execute(insert(events).values(event_to_row(event)))

    def add(self, delivery: Delivery) -> bool:
        once = [deliveries.c.event_id, deliveries.c.endpoint_id]
        new = insert_into(self._connection, deliveries).on_conflict_do_nothing(index_elements=once)
        inserted = self._connection.execute(new.returning(deliveries.c.id), delivery_to_row(delivery))
        return inserted.one_or_none() is not None

    def event(self, event_id: str) -> Event | None:
        row = self._connection.execute(select(events).where(events.c.id == event_id)).one_or_none()
        return event_from_row(row) if row else None

    def get(self, delivery_id: str) -> Delivery | None:
        row = self._connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
        return delivery_from_row(row) if row else None

    def get_with_history(self, delivery_id: str) -> Delivery | None:
        """Attempts oldest first; the fence only grows, the number starts anew with a replay."""
        row = self._connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
        if row is None:
            return None
        made = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.fence)
        return delivery_from_row(row, [delivery_attempt_from_row(each) for each in self._connection.execute(made)])

    def has_place(self, delivery_id: str, *, now: datetime) -> bool:
        known = self.get(delivery_id)
        if known is None or known.event_name in DIRECT:
            return known is not None
        row = self._connection.execute(select(endpoints).where(endpoints.c.id == known.endpoint_id)).one_or_none()
        return row is not None and self._free_places(endpoint_from_row(row), now) > 0

    def claim(self, delivery_id: str, *, now: datetime, lease_until: datetime) -> Delivery | None:
        known = self.get(delivery_id)
        if known is None:
            return None
        endpoint = self._hold_endpoint(known.endpoint_id)
        if endpoint is None or not (known.event_name in DIRECT or self._free_places(endpoint, now)):
            return None
        taken = (
            update(deliveries)
            .where(deliveries.c.id == delivery_id, is_due(now, early=CLOCKS_DIFFER))
            .values(
                status=DeliveryStatus.RUNNING,
                fence=deliveries.c.fence + 1,
                attempts=deliveries.c.attempts + 1,
                lease_until=lease_until,
            )
            .returning(deliveries)
        )
        row = self._connection.execute(taken).one_or_none()
        if row is None:
            return None
        delivery = delivery_from_row(row)
        if endpoint.paused_until is not None and known.event_name not in DIRECT:
            probing = update(endpoints).where(endpoints.c.id == endpoint.id)
            self._connection.execute(probing.values(paused_until=lease_until))
        self._open_attempt(delivery, now)
        return delivery

    def hand_back(self, delivery: Delivery, *, at: datetime) -> bool:
        undone = self._held(delivery).values(
            status=DeliveryStatus.RETRYING if delivery.attempts > 1 else DeliveryStatus.QUEUED,
            attempts=deliveries.c.attempts - 1,
            next_attempt_at=at,
            **WAITING,
        )
        self._hold_endpoint(delivery.endpoint_id)
        if not self._changed(undone):
            return False
        probed = endpoints.c.id == delivery.endpoint_id, endpoints.c.paused_until == delivery.lease_until
        self._connection.execute(update(endpoints).where(*probed).values(paused_until=at))
        mine = attempts.c.delivery_id == delivery.id, attempts.c.fence == delivery.fence
        self._connection.execute(delete(attempts).where(*mine))
        return True

    def retry(self, delivery: Delivery, attempt: DeliveryAttempt, *, at: datetime) -> bool:
        values = {"status": DeliveryStatus.RETRYING, "next_attempt_at": at, **WAITING}
        return self._settle(delivery, attempt, values)

    def finish(self, delivery: Delivery, attempt: DeliveryAttempt, *, status: DeliveryStatus) -> bool:
        return self._settle(delivery, attempt, {"status": status, "finished_at": attempt.finished_at, **WAITING})

    def restart(self, delivery_id: str, *, now: datetime) -> bool:
        still = deliveries.c.id == delivery_id, is_free(now)
        return self._changed(update(deliveries).where(*still).values(attempts=0, finished_at=None, **_afresh(now)))

    def bring_forward(self, endpoint_id: str, *, now: datetime, afresh: bool) -> None:
        waiting = deliveries.c.finished_at.is_(None), is_free(now)
        mine = update(deliveries).where(deliveries.c.endpoint_id == endpoint_id, *waiting)
        anew = {"scheduled_from": now} if afresh else {}
        self._connection.execute(mine.values(next_attempt_at=now, published_at=None, **anew))

    def ended_since(
        self,
        endpoint_id: str,
        since: datetime,
        *,
        statuses: Collection[DeliveryStatus],
        scheduled_before: datetime,
        limit: int,
    ) -> list[str]:
        return delivery_queries.ended_since(
            self._connection, endpoint_id, since, statuses=statuses, scheduled_before=scheduled_before, limit=limit
        )

    def untold_since(self, endpoint: Endpoint, since: datetime, *, limit: int) -> list[Event]:
        return delivery_queries.untold_since(self._connection, endpoint, since, limit=limit)

    def due(self, *, now: datetime, per_endpoint: int) -> dict[str, list[DueDelivery]]:
        return delivery_queries.due(self._connection, now=now, per_endpoint=per_endpoint)

    def next_in_line(self, endpoint_id: str, *, now: datetime) -> list[str]:
        endpoint = self._hold_endpoint(endpoint_id)
        places = 0 if endpoint is None else self._free_places(endpoint, now)
        if not places:
            return []
        waiting = select(deliveries.c.id).where(deliveries.c.endpoint_id == endpoint_id, is_due(now))
        return list(self._connection.scalars(waiting.order_by(deliveries.c.next_attempt_at).limit(places)))

    def mark_published(self, delivery_ids: Sequence[str], *, now: datetime) -> None:
        """Those that have moved on since are left alone."""
        still_due = deliveries.c.id.in_(delivery_ids), is_due(now)
        self._connection.execute(update(deliveries).where(*still_due).values(published_at=now))

    def mark_unpublished(self, delivery_id: str) -> None:
        waiting = deliveries.c.id == delivery_id, deliveries.c.status != DeliveryStatus.RUNNING
        self._connection.execute(update(deliveries).where(*waiting).values(published_at=None))

    def search(self, wanted: DeliveryFilter) -> list[Delivery]:
        return delivery_queries.search(self._connection, wanted)

    def about(self, appointment_id: str, *, limit: int) -> list[tuple[Event, Delivery]]:
        return delivery_queries.about(self._connection, appointment_id, limit=limit)

    def waiting_at(self, endpoint_id: str, *, most: int) -> int:
        return delivery_queries.waiting_at(self._connection, endpoint_id, most=most)

    def prune(self, *, occurred_before: datetime, limit: int) -> int:
        """Deliveries and attempts go with them (ON DELETE CASCADE)."""
        old = events.c.occurred_at < occurred_before
        unfinished = deliveries.c.event_id == events.c.id, deliveries.c.finished_at.is_(None)
        sent_again = exists().where(*unfinished, deliveries.c.scheduled_from >= occurred_before)
        oldest = select(events.c.id).where(old, ~sent_again).order_by(events.c.occurred_at).limit(limit)
        return rows_changed(self._connection.execute(delete(events).where(old, events.c.id.in_(oldest))))

    def erase_person(self, appointment_ids: Sequence[str], *, occurred_before: datetime | None = None) -> int:
        """What endpoints answered goes too: it may repeat what they were told."""
        about = select(events.c.id, events.c.data).where(events.c.appointment_id.in_(appointment_ids))
        if occurred_before is not None:
            about = about.where(events.c.occurred_at < occurred_before)
        found = self._connection.execute(about).all()
        for event_id, data in found:
            nameless = data | {name: None for name in ("attendee", "call_session_id") if name in data}
            self._connection.execute(update(events).where(events.c.id == event_id).values(data=nameless))
        theirs = select(deliveries.c.id).where(deliveries.c.event_id.in_([event_id for event_id, _ in found]))
        self._connection.execute(update(attempts).where(attempts.c.delivery_id.in_(theirs)).values(response=""))
        return len(found)

    def _hold_endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Until the transaction ends nobody else claims or settles a delivery there. New ones may be added."""
        wanted = select(endpoints).where(endpoints.c.id == endpoint_id).with_for_update(key_share=True)
        row = self._connection.execute(wanted).one_or_none()
        return endpoint_from_row(row) if row else None

    def _free_places(self, endpoint: Endpoint, now: datetime) -> int:
        """How many more deliveries may be under way there; one after a pause, to see how it fares."""
        if endpoint.status is not EndpointStatus.ENABLED:
            return 0
        if endpoint.paused_until is not None:
            return 0 if endpoint.paused_until > now else 1
        under_way = deliveries.c.endpoint_id == endpoint.id, deliveries.c.lease_until >= now
        count = self._connection.scalar(select(func.count()).select_from(deliveries).where(*under_way))
        return max(0, endpoint.at_once - (count or 0))

    def _open_attempt(self, delivery: Delivery, now: datetime) -> None:
        opened = {"delivery_id": delivery.id, "fence": delivery.fence, "number": delivery.attempts, "started_at": now}
        self._connection.execute(insert(attempts).values(**opened, code="", response=""))

    def _settle(self, delivery: Delivery, attempt: DeliveryAttempt, values: dict[str, Any]) -> bool:
        """The endpoint is held first, as in a claim: two that take the same rows in another order would block."""
        self._hold_endpoint(delivery.endpoint_id)
        if not self._changed(self._held(delivery).values(values)):
            return False
        mine = attempts.c.delivery_id == delivery.id, attempts.c.fence == delivery.fence
        said = {
            "finished_at": attempt.finished_at,
            "duration_ms": attempt.duration_ms,
            "http_status": attempt.http_status,
            "code": attempt.code,
            "response": attempt.response,
        }
        self._connection.execute(update(attempts).where(*mine).values(said))
        return True

    def _held(self, delivery: Delivery) -> Update:
        """The delivery as long as nobody else has claimed it since."""
        mine = deliveries.c.id == delivery.id, deliveries.c.fence == delivery.fence
        return update(deliveries).where(*mine, deliveries.c.status == DeliveryStatus.RUNNING)

    def _changed(self, statement: Update) -> bool:
        return rows_changed(self._connection.execute(statement)) > 0


def _afresh(now: datetime) -> dict[str, Any]:
    return {"status": DeliveryStatus.QUEUED, "scheduled_from": now, "next_attempt_at": now, **WAITING}
