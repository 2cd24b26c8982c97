"""The tables. `migrations/` makes them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from app.storage.columns import PlainText, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

OPEN = text("finished_at IS NULL")
"""Jobs that are not final: few, however many rows there are. Indexes on them alone stay small."""

UNERASED = text("erased_at IS NULL")

LEASED = text("lease_until IS NOT NULL")

FAILED = text("status = 'failed'")
"""In words of its own and not with a parameter, as in queries: else no planner sees that the index is for them."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, nullable=False),
    Column("agent_id", PlainText, nullable=False),
    Column("account_id", PlainText, nullable=False),
    Column("appointment_id", PlainText, nullable=False),
    Column("command", JSON, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("deadline_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("zone", PlainText, nullable=False),
    Column("language", PlainText, nullable=False),
    Column("calendar", PlainText, nullable=False),
    Column("starts_at", UtcTime),
    Column("ends_at", UtcTime),
    Column("dedupe_key", PlainText, unique=True),
    Column("fingerprint", PlainText, nullable=False),
    Column("dedupe_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("submissions", Integer, nullable=False),
    Column("submitted_at", UtcTime),
    Column("lease_owner", PlainText, nullable=False),
    Column("lease_until", UtcTime),
    Column("published_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("final", JSON(none_as_null=True)),
    Column("endpoint_ids", JSON(none_as_null=True)),
    Column("erased_at", UtcTime),
    Column("told_pending_at", UtcTime),
    Column("requeued_at", UtcTime),
    CheckConstraint(
        "(finished_at IS NULL) = (status IN ('queued', 'running', 'retrying'))", name="finished_when_final"
    ),
    Index("ix_jobs_due", "next_attempt_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_jobs_queue", "org_id", "next_attempt_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_jobs_lease_until", "lease_until", sqlite_where=LEASED, postgresql_where=LEASED),
    Index("ix_jobs_calendar", "calendar", "starts_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_jobs_appointment_id", "appointment_id", "created_at"),
    Index("ix_jobs_created_at", "created_at", "id"),
    Index("ix_jobs_status", "status", "created_at", "id"),
    Index("ix_jobs_org_id", "org_id", "created_at", "id"),
    Index("ix_jobs_finished_at", "finished_at"),
    Index("ix_jobs_unerased", "finished_at", sqlite_where=UNERASED, postgresql_where=UNERASED),
    Index("ix_jobs_failed", "status", "submitted_at", "finished_at", sqlite_where=FAILED, postgresql_where=FAILED),
)

attempts = Table(
    "attempts",
    metadata,
    Column("job_id", PlainText, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("fence", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("submitted_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("outcome", PlainText, nullable=False),
    Column("code", PlainText, nullable=False),
    Column("http_status", Integer),
    Column("detail", PlainText, nullable=False),
    Column("request", JSON(none_as_null=True)),
    Column("duration_ms", Integer),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, nullable=False),
    Column("agent_id", PlainText, nullable=False),
    Column("account_id", PlainText, nullable=False),
    Column("event_type_id", BigInteger, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("attendee_name", PlainText, nullable=False),
    Column("attendee_email", PlainText, nullable=False),
    Column("attendee_phone", PlainText, nullable=False),
    Column("attendee_time_zone", PlainText, nullable=False),
    Column("attendee_language", PlainText, nullable=False),
    Column("erased_at", UtcTime),
    Column("meeting_url", PlainText, nullable=False, server_default=""),
    Index("ix_appointments_account_id", "account_id", "starts_at"),
    Index("ix_appointments_org_id", "org_id", "starts_at", "id"),
    Index("ix_appointments_attendee_email", "org_id", "agent_id", "attendee_email", "ends_at"),
    Index("ix_appointments_attendee_phone", "org_id", "agent_id", "attendee_phone", "ends_at"),
    Index("ix_appointments_unerased", "ends_at", sqlite_where=UNERASED, postgresql_where=UNERASED),
)

appointment_uids = Table(
    "appointment_uids",
    metadata,
    Column("appointment_id", PlainText, ForeignKey("appointments.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("account_id", PlainText, nullable=False),
    Column("uid", PlainText, nullable=False),
    UniqueConstraint("uid", "account_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, ForeignKey("organizations.id")),  # none: an admin's key
    Column("name", PlainText, nullable=False),
    Column("key_hash", PlainText, nullable=False, unique=True),
    Column("ends_with", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Index("ix_api_keys_org_id", "org_id", "created_at", "id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("owner", PlainText, nullable=False),
    Column("held_until", UtcTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", PlainText, nullable=False),
    Column("deed", PlainText, nullable=False),
    Column("org_id", PlainText, nullable=False),
    Column("target", PlainText, nullable=False, server_default=""),
    Column("target_hash", PlainText, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("counts", JSON, nullable=False),
    Index("ix_audit_at", "at", "id"),
    Index("ix_audit_target", "target", "at", "id"),
    Index("ix_audit_actor", "actor", "at", "id"),
    Index("ix_audit_deed", "deed", "at", "id"),
)
