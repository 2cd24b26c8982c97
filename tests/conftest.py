"""Names the fixtures every test may use, which live in tests.support, and what holds for every test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import structlog
from argon2 import PasswordHasher

import app.identity.passwords

pytest_plugins = ["tests.support.browser", "tests.support.postgres", "tests.support.valkey"]


@pytest.fixture(autouse=True)
def _fresh_log_context() -> None:
    """Requests bind their id to the thread, and tests share one."""
    structlog.contextvars.clear_contextvars()


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Nearly every test of the desk hashes two, which takes long at their real costs."""
    with pytest.MonkeyPatch.context() as patch:
        quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(app.identity.passwords, "PasswordHasher", quick)
        yield
