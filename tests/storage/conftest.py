"""A migrated, empty database of each kind for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.storage.database import Database
from tests.support.sqlite import migrated

BOTH = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return migrated(f"sqlite:///{tmp_path / 'ringbook.db'}")


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ringbook.db'}"
    else:
        with request.getfixturevalue("postgres").empty() as url:
            yield url


@pytest.fixture
def secret_key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def database(database_url: str, secret_key: str) -> Iterator[Database]:
    opened = Database(database_url, secret_keys=(secret_key,))
    yield opened
    left_open = opened.checked_out()
    opened.dispose()
    assert left_open == 0
