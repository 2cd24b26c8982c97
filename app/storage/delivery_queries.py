"""The questions asked about many deliveries or events at once, each answered through an index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from app.domain.events import DIRECT, Event
from app.domain.paging import Place
from app.domain.webhook_stores import DeliveryFilter, DueDelivery
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, Endpoint, EndpointStatus
from app.storage.delivery_rows import delivery_attempt_from_row, delivery_from_row, event_from_row
from app.storage.places import stands_before
from app.storage.tables import OPEN
from app.storage.webhook_tables import FAILED, attempts, deliveries, endpoints, events

is_direct = deliveries.c.event_name.in_(DIRECT)


def is_due(now: datetime, *, early: timedelta = timedelta()) -> ColumnElement[bool]:
    """Waiting and its time has come, or under way past its lease. One never tried is due `early`."""
    untried = deliveries.c.status == DeliveryStatus.QUEUED
    return and_(
        deliveries.c.finished_at.is_(None),
        or_(deliveries.c.next_attempt_at <= now, and_(untried, deliveries.c.next_attempt_at <= now + early)),
        is_free(now),
    )


def is_free(now: datetime) -> ColumnElement[bool]:
    """Not under way, or under way past its lease: whoever held it died."""
    return or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until < now)


def due(connection: Connection, *, now: datetime, per_endpoint: int) -> dict[str, list[DueDelivery]]:
    """Each endpoint is asked on its own, so that one with a long queue hides no other and costs no more."""
    waits = exists().where(deliveries.c.endpoint_id == endpoints.c.id, is_due(now))
    is_open = endpoints.c.status == EndpointStatus.ENABLED, endpoints.c.paused_until.is_(None)
    on_trial = endpoints.c.status == EndpointStatus.ENABLED, endpoints.c.paused_until <= now
    found = {
        endpoint_id: _first_due(connection, endpoint_id, now, per_endpoint)
        for endpoint_id in connection.scalars(select(endpoints.c.id).where(waits, *is_open)).all()
    }
    for endpoint_id in connection.scalars(select(endpoints.c.id).where(waits, *on_trial)).all():
        found[endpoint_id] = _first_due(connection, endpoint_id, now, 1)
    to_one = exists().where(deliveries.c.endpoint_id == endpoints.c.id, is_due(now), is_direct)
    for endpoint_id in connection.scalars(select(endpoints.c.id).where(to_one)).all():
        known = found.get(endpoint_id, [])
        direct = _first_due(connection, endpoint_id, now, per_endpoint, is_direct)
        found[endpoint_id] = known + [one for one in direct if one not in known]
    return found


def _first_due(
    connection: Connection, endpoint_id: str, now: datetime, limit: int, *conditions: ColumnElement[bool]
) -> list[DueDelivery]:
    wanted = (
        select(deliveries.c.id, deliveries.c.next_attempt_at, deliveries.c.published_at)
        .where(deliveries.c.endpoint_id == endpoint_id, is_due(now), *conditions)
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(limit)
    )
    return [
        DueDelivery(id=delivery_id, due_since=due_since, published_at=published_at)
        for delivery_id, due_since, published_at in connection.execute(wanted)
    ]


def search(connection: Connection, wanted: DeliveryFilter) -> list[Delivery]:
    """Newest first. Empty behind a delivery that is not there any more."""
    asked = {
        deliveries.c.org_id: wanted.org_id,
        deliveries.c.endpoint_id: wanted.endpoint_id,
        deliveries.c.event_id: wanted.event_id,
        deliveries.c.event_name: wanted.event_name,
    }
    found = select(deliveries).where(*(column == value for column, value in asked.items() if value is not None))
    if wanted.status is not None:
        is_failed = wanted.status is DeliveryStatus.FAILED
        found = found.where(FAILED if is_failed else deliveries.c.status == wanted.status)
    if wanted.waiting:
        found = found.where(OPEN)
    place = wanted.after
    if wanted.before is not None:
        at = connection.scalar(select(deliveries.c.created_at).where(deliveries.c.id == wanted.before))
        if at is None:
            return []
        place = Place(at=at, id=wanted.before)
    if place is not None:
        found = found.where(stands_before(deliveries.c.created_at, deliveries.c.id, place))
    newest = found.order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc()).limit(wanted.limit)
    return [delivery_from_row(row) for row in connection.execute(newest)]


def about(connection: Connection, appointment_id: str, *, limit: int) -> list[tuple[Event, Delivery]]:
    """The newest first, each with its attempts."""
    wanted = (
        select(events.c.id, deliveries.c.id)
        .join(deliveries, deliveries.c.event_id == events.c.id)
        .where(events.c.appointment_id == appointment_id)
        .order_by(events.c.occurred_at.desc(), deliveries.c.id)
        .limit(limit)
    )
    pairs = connection.execute(wanted).all()
    happened = select(events).where(events.c.id.in_({event_id for event_id, _ in pairs}))
    told = {row.id: event_from_row(row) for row in connection.execute(happened)}
    made = _with_attempts(connection, [delivery_id for _, delivery_id in pairs])
    return [(told[event_id], made[delivery_id]) for event_id, delivery_id in pairs]


def _with_attempts(connection: Connection, delivery_ids: Sequence[str]) -> dict[str, Delivery]:
    tries = select(attempts).where(attempts.c.delivery_id.in_(delivery_ids)).order_by(attempts.c.fence)
    history: dict[str, list[DeliveryAttempt]] = {}
    for row in connection.execute(tries):
        history.setdefault(row.delivery_id, []).append(delivery_attempt_from_row(row))
    rows = connection.execute(select(deliveries).where(deliveries.c.id.in_(delivery_ids)))
    return {row.id: delivery_from_row(row, history.get(row.id, ())) for row in rows}


def waiting_at(connection: Connection, endpoint_id: str, *, most: int) -> int:
    first = select(deliveries.c.id).where(deliveries.c.endpoint_id == endpoint_id, OPEN).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(first)) or 0


def ended_since(
    connection: Connection,
    endpoint_id: str,
    since: datetime,
    *,
    statuses: Collection[DeliveryStatus],
    scheduled_before: datetime,
    limit: int,
) -> list[str]:
    wanted = (
        select(deliveries.c.id)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(
            deliveries.c.endpoint_id == endpoint_id,
            deliveries.c.status.in_(statuses),
            deliveries.c.scheduled_from < scheduled_before,
            ~is_direct,
            events.c.occurred_at >= since,
        )
        .order_by(events.c.occurred_at, deliveries.c.id)
        .limit(limit)
    )
    return list(connection.scalars(wanted))


def untold_since(connection: Connection, endpoint: Endpoint, since: datetime, *, limit: int) -> list[Event]:
    told = exists().where(deliveries.c.event_id == events.c.id, deliveries.c.endpoint_id == endpoint.id)
    wanted = (
        select(events)
        .where(events.c.org_id == endpoint.org_id, events.c.occurred_at >= since, ~told)
        .order_by(events.c.occurred_at, events.c.id)
    )
    found = (event_from_row(row) for row in connection.execute(wanted))
    return list(islice((event for event in found if endpoint.wants(event)), limit))
