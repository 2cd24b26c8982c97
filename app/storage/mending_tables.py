"""The tables of what was changed in jobs, and of runs over many of them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from app.storage.columns import PlainText, UtcTime
from app.storage.tables import metadata

NOT_OVER = text("finished_at IS NULL")

amendments = Table(
    "amendments",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("job_id", PlainText, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("changed", JSON, nullable=False),
    Column("former_starts_at", UtcTime),
    Index("ix_amendments_job_id", "job_id", "at"),
)

bulk_runs = Table(
    "bulk_runs",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("action", PlainText, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("actor", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("stage", PlainText, nullable=False),
    Column("paused_at", UtcTime),
    Column("collected", Integer, nullable=False),
    Column("capped", Boolean, nullable=False),
    Column("place_at", UtcTime),
    Column("place_id", PlainText),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("fence", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("published_at", UtcTime),
    Index("ix_bulk_runs_created_at", "created_at", "id"),
    Index("ix_bulk_runs_due", "next_at", sqlite_where=NOT_OVER, postgresql_where=NOT_OVER),
)

bulk_items = Table(
    "bulk_items",
    metadata,
    Column("run_id", PlainText, ForeignKey("bulk_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("job_id", PlainText, nullable=False),  # no foreign key: what was done is kept for longer than the job
    Column("state", PlainText, nullable=False),
    Column("verdict", PlainText),
    Column("version", PlainText, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("result", PlainText, nullable=False),
    Column("done_at", UtcTime),
    UniqueConstraint("run_id", "job_id"),
    Index("ix_bulk_items_state", "run_id", "state", "position"),
    Index("ix_bulk_items_tally", "run_id", "verdict", "state", "result"),
)
