"""A migrated SQLite database for each test that asks: made once per process, and copied from then on."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from app.storage.schema import migrate

SQLITE = "sqlite:///"


def migrated(database_url: str) -> str:
    """The same URL, when the database it names is on the newest schema: one that is not there yet is a copy."""
    path = Path(database_url.removeprefix(SQLITE))
    if database_url.startswith(SQLITE) and not path.exists():
        path.write_bytes(_template())
    else:
        migrate(database_url)
    return database_url


@cache
def _template() -> bytes:
    directory = Path(tempfile.mkdtemp(prefix="migrated-"))
    try:
        path = directory / "ringbook.db"
        migrate(f"{SQLITE}{path}")
        return path.read_bytes()
    finally:
        shutil.rmtree(directory)
