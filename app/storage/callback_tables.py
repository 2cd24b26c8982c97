"""The table of callers to call back, and what of a job tells whether it is one of theirs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, text

from app.storage.columns import PlainText, UtcTime
from app.storage.json_text import JsonText
from app.storage.tables import jobs, metadata

OPEN = text("closed_at IS NULL")
"""Few, however many rows there are."""

CLOSED = text("closed_at IS NOT NULL")

OPEN_MOVES = text("closed_at IS NULL AND action = 'reschedule'")
"""Whose they are stands in their appointments: those of an organization are looked through one by one."""

TOLD = text("told_pending_at IS NOT NULL")

callbacks = Table(
    "callbacks",
    metadata,
    Column("job_id", PlainText, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("org_id", PlainText, nullable=False),
    Column("appointment_id", PlainText, nullable=False),
    Column("action", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("claimed_by", PlainText, nullable=False, server_default=""),
    Column("claimed_at", UtcTime),
    Column("heard_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("ending", PlainText),
    Column("closed_by", PlainText, nullable=False, server_default=""),
    Column("settled_by", PlainText, nullable=False, server_default=""),
    Column("note", PlainText, nullable=False, server_default=""),
    Index("ix_callbacks_open", "created_at", "job_id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_callbacks_org_id", "org_id", "created_at", "job_id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_callbacks_claimed_by", "claimed_by", "created_at", "job_id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_callbacks_appointment_id", "appointment_id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_callbacks_moves", "org_id", "created_at", sqlite_where=OPEN_MOVES, postgresql_where=OPEN_MOVES),
    Index("ix_callbacks_closed", "closed_at", "job_id", sqlite_where=CLOSED, postgresql_where=CLOSED),
    Index("ix_callbacks_org_id_closed", "org_id", "closed_at", "job_id", sqlite_where=CLOSED, postgresql_where=CLOSED),
)

attendee_email = JsonText(jobs.c.command, "attendee.email")
attendee_phone = JsonText(jobs.c.command, "attendee.phone")

Index("ix_jobs_told_email", jobs.c.org_id, attendee_email, sqlite_where=TOLD, postgresql_where=TOLD)
Index("ix_jobs_told_phone", jobs.c.org_id, attendee_phone, sqlite_where=TOLD, postgresql_where=TOLD)
