"""Endpoints in the database; their secrets only encrypted."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from app.domain.events import EventName
from app.domain.paging import WHOLE, Span
from app.domain.webhooks import Delivery, DisabledReason, Endpoint, EndpointStatus, KnownSecret
from app.storage.cipher import Cipher
from app.storage.codec import values_of
from app.storage.dialects import rows_changed
from app.storage.webhook_tables import endpoints

SHOWN = 4
"""Characters of a secret by which its owner recognises it."""

SETTINGS = frozenset({"url", "description", "events", "agent_ids"})
"""What its owner decides. Its state and how it fares are written by statements of their own."""

ANEW: dict[str, Any] = {
    "disabled_reason": "",
    "disabled_at": None,
    "failures": 0,
    "failing_since": None,
    "paused_until": None,
}
"""How it fared before is forgotten."""

_in_order = endpoints.c.created_at, endpoints.c.id
OF_ORGANIZATION = select(endpoints).where(endpoints.c.org_id == bindparam("org")).order_by(*_in_order)
"""Made once, as it runs with every job: to put it together takes longer than to run it."""


class SqlEndpointStore:
    def __init__(self, connection: Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    def add(self, endpoint: Endpoint, secret: str) -> None:
        values = _values(endpoint) | {"encrypted_secret": self._cipher.encrypt(secret)}
        self._connection.execute(insert(endpoints).values(values))

    def get(self, endpoint_id: str) -> Endpoint | None:
        row = self._connection.execute(select(endpoints).where(endpoints.c.id == endpoint_id)).one_or_none()
        return endpoint_from_row(row) if row else None

    def of_organization(self, org_id: str) -> list[Endpoint]:
        return [endpoint_from_row(row) for row in self._connection.execute(OF_ORGANIZATION, {"org": org_id})]

    def all(self, org_id: str | None = None, span: Span = WHOLE) -> list[Endpoint]:
        wanted = select(endpoints) if org_id is None else select(endpoints).where(endpoints.c.org_id == org_id)
        if span.after is not None:
            last = tuple_(literal(span.after.at, endpoints.c.created_at.type), literal(span.after.id))
            wanted = wanted.where(tuple_(*_in_order) > last)
        rows = self._connection.execute(wanted.order_by(*_in_order).limit(span.limit))
        return [endpoint_from_row(row) for row in rows]

    def save(self, endpoint: Endpoint) -> None:
        settings = {name: value for name, value in _values(endpoint).items() if name in SETTINGS}
        self._connection.execute(update(endpoints).where(endpoints.c.id == endpoint.id).values(settings))

    def verify(self, endpoint_id: str, url: str) -> bool:
        waiting = endpoints.c.status == EndpointStatus.UNVERIFIED, endpoints.c.url == url
        return self._changed(endpoint_id, *waiting, status=EndpointStatus.ENABLED, **ANEW)

    def unverify(self, endpoint_id: str) -> None:
        self._changed(endpoint_id, status=EndpointStatus.UNVERIFIED, **ANEW)

    def enable(self, endpoint_id: str) -> bool:
        was_disabled = endpoints.c.status == EndpointStatus.DISABLED
        return self._changed(endpoint_id, was_disabled, status=EndpointStatus.ENABLED, **ANEW)

    def disable(self, endpoint_id: str, reason: DisabledReason, *, now: datetime) -> bool:
        was_enabled = endpoints.c.status == EndpointStatus.ENABLED
        off = {"status": EndpointStatus.DISABLED, "disabled_reason": reason.value, "disabled_at": now}
        return self._changed(endpoint_id, was_enabled, **off)

    def remove(self, endpoint_id: str) -> bool:
        """Deliveries and attempts go with it (ON DELETE CASCADE)."""
        return rows_changed(self._connection.execute(delete(endpoints).where(endpoints.c.id == endpoint_id))) > 0

    def secrets(self, endpoint_id: str, *, now: datetime) -> tuple[str, ...]:
        return tuple(self._cipher.decrypt(stored) for stored, _ in self._stored_secrets(endpoint_id, now))

    def known_secrets(self, endpoint_id: str, *, now: datetime) -> tuple[KnownSecret, ...]:
        stored = self._stored_secrets(endpoint_id, now)
        return tuple(KnownSecret(self._cipher.decrypt(secret)[-SHOWN:], until) for secret, until in stored)

    def _stored_secrets(self, endpoint_id: str, now: datetime) -> list[tuple[str, datetime | None]]:
        wanted = select(endpoints.c.encrypted_secret, endpoints.c.encrypted_previous, endpoints.c.previous_until)
        row = self._connection.execute(wanted.where(endpoints.c.id == endpoint_id)).one_or_none()
        if row is None:
            return []
        is_rotating = row.encrypted_previous is not None and row.previous_until > now
        previous = [(row.encrypted_previous, row.previous_until)] if is_rotating else []
        return [(row.encrypted_secret, None), *previous]

    def replace_secret(self, endpoint_id: str, secret: str, *, previous_until: datetime) -> None:
        anew = {
            "encrypted_previous": endpoints.c.encrypted_secret,
            "encrypted_secret": self._cipher.encrypt(secret),
            "previous_until": previous_until,
        }
        self._connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(anew))

    def rotate_keys(self) -> int:
        """Not without those whose secret is replaced at this moment, as the one before stays as it was stored: whoever
        replaces it comes first or waits.
        """
        kept = select(endpoints.c.id, endpoints.c.encrypted_secret, endpoints.c.encrypted_previous)
        held = kept.order_by(endpoints.c.id).with_for_update(key_share=True)
        rotated = 0
        for endpoint_id, secret, previous in self._connection.execute(held).all():
            rotated += self._changed(
                endpoint_id,
                encrypted_secret=self._cipher.rotate(secret),
                encrypted_previous=None if previous is None else self._cipher.rotate(previous),
            )
        return rotated

    def note_success(self, endpoint_id: str, *, now: datetime) -> None:
        self._changed(endpoint_id, failures=0, failing_since=None, paused_until=None, last_success_at=now)

    def note_failure(self, delivery: Delivery, *, now: datetime, paused_until: datetime | None) -> None:
        current = endpoints.c.paused_until
        pause = literal(paused_until, current.type)
        gives_way = or_(current.is_(None), current < pause, current == literal(delivery.lease_until, current.type))
        self._changed(
            delivery.endpoint_id,
            failures=endpoints.c.failures + 1,
            failing_since=func.coalesce(endpoints.c.failing_since, literal(now, current.type)),
            paused_until=case((gives_way, pause), else_=current),
        )

    def _changed(self, endpoint_id: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
        wanted = update(endpoints).where(endpoints.c.id == endpoint_id, *conditions)
        return rows_changed(self._connection.execute(wanted.values(values))) > 0


def endpoint_from_row(row: Row[Any]) -> Endpoint:
    found = {field.name: getattr(row, field.name) for field in fields(Endpoint)}
    return Endpoint(
        **found
        | {
            "events": tuple(EventName(name) for name in row.events),
            "agent_ids": tuple(row.agent_ids),
            "status": EndpointStatus(row.status),
        }
    )


def _values(endpoint: Endpoint) -> dict[str, Any]:
    return values_of(endpoint) | {"events": list(endpoint.events), "agent_ids": list(endpoint.agent_ids)}
