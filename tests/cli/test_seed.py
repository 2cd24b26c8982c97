"""The demo agent: added once, kept as an operator leaves it, and moved along with the sandbox."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.cli.demo_agent import ORG_ID
from app.storage.database import Database
from tests.support.sandbox import SandboxProcess
from tests.support.sqlite import migrated

KEY = "c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVkc2VlZHNlZWQ="


def seed(directory: Path, port: str) -> subprocess.CompletedProcess[str]:
    environ = {"DATA_DIR": str(directory), "SECRET_KEYS": KEY, "SANDBOX_PORT": port}
    command = [sys.executable, "-m", "app.cli.main", "seed"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def addresses(directory: Path) -> list[str]:
    database = Database(f"sqlite:///{directory}/ringbook.db", secret_keys=(KEY,))
    with database.reading_unit() as unit:
        found = [account.base_url for account in unit.directory.accounts(ORG_ID)]
    database.dispose()
    return found


def test_seeding_again_changes_nothing_but_the_address_of_a_sandbox_that_moved(tmp_path: Path) -> None:
    migrated(f"sqlite:///{tmp_path}/ringbook.db")
    with SandboxProcess() as first, SandboxProcess() as second:
        ports = [first.url.rpartition(":")[2], second.url.rpartition(":")[2]]
        said = [seed(tmp_path, port) for port in (ports[0], ports[0], ports[1])]

    assert [each.returncode for each in said] == [0, 0, 0], said
    assert addresses(tmp_path) == [f"http://127.0.0.1:{ports[1]}/v2"]
