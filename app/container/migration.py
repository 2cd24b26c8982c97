"""Brings the database to what this program needs, without loading the rest of it."""

from __future__ import annotations

from app.storage.schema import migrate as migrate_database
from config.settings import Settings


def migrate(settings: Settings) -> str:
    """Bring the database to the newest schema; returns its revision. Raises StoreUnavailableError."""
    return migrate_database(settings.database_url)
