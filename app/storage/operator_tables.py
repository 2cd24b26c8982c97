"""The tables of the desk's operators, their sessions, links and wrong passwords."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from app.storage.columns import PlainText, UtcTime
from app.storage.tables import metadata

operators = Table(
    "operators",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("name", PlainText, nullable=False, unique=True),
    Column("role", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("password_hash", PlainText, nullable=False),
    Column("disabled_at", UtcTime),
    Column("signed_in_at", UtcTime),
)

operator_sessions = Table(
    "operator_sessions",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("operator_id", PlainText, ForeignKey("operators.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("address", PlainText, nullable=False),
    Column("browser", PlainText, nullable=False),
    Index("ix_operator_sessions_operator_id", "operator_id", "seen_at"),
    Index("ix_operator_sessions_seen_at", "seen_at"),
)

operator_links = Table(
    "operator_links",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("operator_id", PlainText, ForeignKey("operators.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("expires_at", UtcTime, nullable=False),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("name_hash", PlainText, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tried_at", UtcTime, nullable=False),
)
