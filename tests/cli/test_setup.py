"""`ringbook setup`: the demo and its key once, the first admin's link until somebody has a password."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from app.cli.demo_agent import ORG_ID
from tests.support.sandbox import SandboxProcess
from tests.support.sqlite import migrated

KEY = "c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVkc2VlZHNlZWQ="


def set_up(directory: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {"DATA_DIR": str(directory), "SECRET_KEYS": KEY, **settings}
    command = [sys.executable, "-m", "app.cli.main", "setup"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_the_demo_comes_once_with_its_key_and_the_link_each_time(tmp_path: Path) -> None:
    migrated(f"sqlite:///{tmp_path}/ringbook.db")
    with SandboxProcess() as sandbox:
        port = sandbox.url.rpartition(":")[2]
        first, second = (set_up(tmp_path, SANDBOX_PORT=port) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert ORG_ID in first.stdout
    assert len(re.findall(r"rbk_[0-9a-z]{32}", first.stdout)) == 1
    assert "rbk_" not in second.stdout
    assert "/desk/welcome/" in first.stdout
    assert "/desk/welcome/" in second.stdout


def test_there_is_no_demo_where_calcom_is_set(tmp_path: Path) -> None:
    migrated(f"sqlite:///{tmp_path}/ringbook.db")
    said = set_up(tmp_path, CALCOM_BASE_URL="https://cal.example/v2")
    assert said.returncode == 0, said.stderr
    assert "rbk_" not in said.stdout
    assert "/desk/welcome/" in said.stdout


def test_a_sandbox_that_does_not_answer_is_told_and_the_demo_stays_to_be_made(tmp_path: Path, unused_port: int) -> None:
    migrated(f"sqlite:///{tmp_path}/ringbook.db")
    said = set_up(tmp_path, SANDBOX_PORT=str(unused_port))
    assert said.returncode == 1
    assert said.stderr.startswith("Error: Cal.com ")
    assert not (tmp_path / "seeded").exists()
