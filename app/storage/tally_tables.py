"""The tables of what was counted of jobs that ended."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table

from app.storage.columns import PlainText, UtcTime
from app.storage.tables import metadata

tallies = Table(
    "tallies",
    metadata,
    Column("span", PlainText, primary_key=True),
    Column("begins_at", UtcTime, primary_key=True),
    Column("counts", JSON, nullable=False),  # {measure: {name: number}}: a page reads 72 rows at most
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("at", UtcTime, nullable=False),
)
