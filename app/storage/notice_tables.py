"""The tables of what Cal.com tells us: the inbox, the hooks it comes through, and the sweeps behind them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from app.storage.columns import PlainText, UtcTime
from app.storage.tables import OPEN, metadata

TROUBLED = text("trouble <> ''")

notices = Table(
    "notices",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("account_id", PlainText, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("body_hash", PlainText, nullable=False),
    Column("trigger", PlainText, nullable=False),
    Column("uid", PlainText, nullable=False),
    Column("former_uid", PlainText, nullable=False),
    Column("job_id", PlainText, nullable=False),
    Column("starts_at", UtcTime),
    Column("former_starts_at", UtcTime),
    Column("received_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("published_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("outcome", PlainText, nullable=False),
    UniqueConstraint("account_id", "body_hash"),
    Index("ix_notices_due", "next_attempt_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_notices_finished_at", "finished_at"),
)

hooks = Table(
    "hooks",
    metadata,
    Column("account_id", PlainText, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("url", PlainText, nullable=False),
    Column("encrypted_secret", PlainText, nullable=False),
    Column("encrypted_former_secret", PlainText),
    Column("former_until", UtcTime),
    Column("calcom_id", PlainText, nullable=False),
    Column("registered_at", UtcTime),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("account_id", PlainText, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("swept_until", UtcTime, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("published_at", UtcTime),
    Column("trouble", PlainText, nullable=False, server_default=""),
    Index("ix_sweeps_next_at", "next_at"),
    Index("ix_sweeps_trouble", "trouble", sqlite_where=TROUBLED, postgresql_where=TROUBLED),
)
