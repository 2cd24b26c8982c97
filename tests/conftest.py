"""Names the fixtures every test may use, which live in tests.support, and keeps log context from test to test apart."""

from __future__ import annotations

import pytest
import structlog

pytest_plugins = ["tests.support.browser", "tests.support.postgres", "tests.support.valkey"]


@pytest.fixture(autouse=True)
def _fresh_log_context() -> None:
    """Requests bind their id to the thread, and tests share one."""
    structlog.contextvars.clear_contextvars()
