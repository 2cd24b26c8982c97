"""A site for each test, on a fresh SQLite database, with the sandbox of the session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.site import DeskSite
from tests.support.sandbox import SandboxProcess
from tests.support.valkey import ValkeyServer


@pytest.fixture(scope="session")
def calcom() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture
def site(tmp_path: Path, calcom: SandboxProcess, empty_valkey: ValkeyServer) -> Iterator[DeskSite]:
    calcom.reset()
    calcom.clear_faults()
    database_url = f"sqlite:///{tmp_path}/ringbook.db"
    site = DeskSite(tmp_path, database_url=database_url, redis_url=empty_valkey.url, calcom_url=calcom.url)
    yield site
    site.close()
