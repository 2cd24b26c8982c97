"""The tables of events that go out: to whom, what, and how it went."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from app.storage.columns import PlainText, UtcTime
from app.storage.tables import LEASED, OPEN, metadata

__all__ = ["attempts", "deliveries", "endpoints", "events", "metadata"]

FAILED = text("status = 'failed'")
"""Spelt out where it is asked for: an index on some rows answers no question with a parameter in it."""

PLACE = ("endpoint_id", "created_at", "id")
UNWELL = text("(status <> 'enabled' OR failures > 0)")
"""Endpoints to which something does not go as it should: few."""

endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, ForeignKey("organizations.id"), nullable=False),
    Column("url", PlainText, nullable=False),
    Column("description", PlainText, nullable=False),
    Column("events", JSON, nullable=False),
    Column("agent_ids", JSON, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_reason", PlainText, nullable=False),
    Column("disabled_at", UtcTime),
    Column("encrypted_secret", PlainText, nullable=False),
    Column("encrypted_previous", PlainText),
    Column("previous_until", UtcTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", UtcTime),
    Column("last_success_at", UtcTime),
    Column("paused_until", UtcTime),
    Index("ix_webhook_endpoints_org_id", "org_id", "created_at", "id"),
    Index("ix_webhook_endpoints_unwell", "status", "failing_since", sqlite_where=UNWELL, postgresql_where=UNWELL),
)

events = Table(
    "webhook_events",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, nullable=False),
    Column("agent_id", PlainText, nullable=False),
    Column("appointment_id", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("data", JSON, nullable=False),
    Column("chosen", JSON, nullable=False),
    Index("ix_webhook_events_org_id", "org_id", "occurred_at", "id"),
    Index("ix_webhook_events_appointment_id", "appointment_id"),
    Index("ix_webhook_events_occurred_at", "occurred_at"),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("event_id", PlainText, ForeignKey("webhook_events.id", ondelete="CASCADE"), nullable=False),
    Column("event_name", PlainText, nullable=False),
    Column("endpoint_id", PlainText, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("org_id", PlainText, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("scheduled_from", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("published_at", UtcTime),
    Column("finished_at", UtcTime),
    CheckConstraint(
        "(finished_at IS NULL) = (status IN ('queued', 'running', 'retrying'))", name="finished_when_final"
    ),
    UniqueConstraint("event_id", "endpoint_id"),
    Index("ix_webhook_deliveries_due", "endpoint_id", "next_attempt_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_webhook_deliveries_lease", "endpoint_id", "lease_until", sqlite_where=LEASED, postgresql_where=LEASED),
    Index("ix_webhook_deliveries_endpoint_id", "endpoint_id", "created_at", "id"),
    Index("ix_webhook_deliveries_event_name", "endpoint_id", "event_name", "created_at", "id"),
    Index("ix_webhook_deliveries_open", *PLACE, sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_webhook_deliveries_failed", *PLACE, sqlite_where=FAILED, postgresql_where=FAILED),
    Index("ix_webhook_deliveries_org_id", "org_id", "created_at", "id"),
)

attempts = Table(
    "webhook_attempts",
    metadata,
    Column("delivery_id", PlainText, ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("fence", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("duration_ms", Integer),
    Column("http_status", Integer),
    Column("code", PlainText, nullable=False),
    Column("response", PlainText, nullable=False),
)
