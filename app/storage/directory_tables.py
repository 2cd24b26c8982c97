"""The tables of the directory: organizations, their secrets, Cal.com accounts and agents."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, false

from app.storage.columns import PlainText, UtcTime
from app.storage.tables import metadata

organizations = Table(
    "organizations",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("primary_account_id", PlainText),  # no foreign key: the two tables would need each other first
    Column("caller_secret_hash", PlainText, nullable=False),  # of the version before: always empty in new rows
    Column("verified_only", Boolean, nullable=False, server_default=false()),
    Column("contact_match", Boolean, nullable=False, server_default=false()),
)

caller_secrets = Table(
    "caller_secrets",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, ForeignKey("organizations.id"), nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("secret_hash", PlainText),
    Column("encrypted_secret", PlainText),
    Column("created_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime),
    Index("ix_caller_secrets_org_id", "org_id"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, ForeignKey("organizations.id"), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("base_url", PlainText, nullable=False),
    Column("encrypted_key", PlainText),
    Column("key_last4", PlainText, nullable=False),
    Column("username", PlainText, nullable=False),
    Column("time_zone", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("settle_seconds", Float, nullable=False),
    Column("agent_id", PlainText),  # no foreign key: as above
    Column("email", PlainText, nullable=False, server_default=""),
    Column("disconnected_at", UtcTime),
    Index("ix_accounts_org_id", "org_id"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("org_id", PlainText, ForeignKey("organizations.id"), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("account_id", PlainText, ForeignKey("accounts.id")),
    Column("event_type", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("time_zone", PlainText, nullable=False),
    Column("language", PlainText, nullable=False),
    Column("wait_seconds", Float, nullable=False),
    Column("always_200", Boolean, nullable=False),
    Column("placeholder_email", PlainText, nullable=False),
    Column("phone_country", PlainText, nullable=False),
    Column("field_answers", JSON, nullable=False),
    Column("deleted_at", UtcTime),
    Index("ix_agents_org_id", "org_id"),
)

directory_revision = Table(
    "directory_revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("number", BigInteger, nullable=False),  # grows with each commit that changes the directory
)
