"""The operator's commands as a process, over the service's own container: what comes out, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.services.office import RIVERA_KEY
from tests.support.sandbox import SandboxProcess

pytestmark = pytest.mark.slow
RINGBOOK = (str(Path(sys.executable).with_name("ringbook")),)
Ringbook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environ(tmp_path: Path, calcom: SandboxProcess) -> dict[str, str]:
    calcom.reset()
    return {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/ringbook.db",
        "REDIS_URL": f"unix://{tmp_path}/none.sock",
        "CALCOM_BASE_URL": f"{calcom.url}/v2",
        "SECRET_KEYS": Fernet.generate_key().decode(),
    }


@pytest.fixture
def ringbook(tmp_path: Path, environ: dict[str, str]) -> Ringbook:
    def call(*words: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*RINGBOOK, *words],
            cwd=tmp_path,
            env=environ | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


def document(ended: subprocess.CompletedProcess[str]) -> Any:
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


def test_from_an_empty_database_to_an_agent(ringbook: Ringbook) -> None:
    assert document(ringbook("migrate", "--json"))["revision"]
    org_id = document(ringbook("org", "add", "Clinic", "--json"))["id"]
    added = ringbook("account", "add", "--org", org_id, "--key-stdin", "--json", stdin=RIVERA_KEY)
    assert RIVERA_KEY not in added.stdout
    assert document(added)["username"] == "rivera"
    agent = document(ringbook("agent", "add", "--org", org_id, "--event-type", "101", "Desk", "--json"))
    assert agent["event_type"]["title"] == "Consultation"
    assert document(ringbook("agent", "list", "--json")) == [agent]
    assert document(ringbook("keys", "rotate", "--json")) == {"rotated": 2}


def test_a_wrong_key_is_one_line_and_exit_code_1(ringbook: Ringbook) -> None:
    ringbook("migrate")
    org_id = document(ringbook("org", "add", "Clinic", "--json"))["id"]
    ended = ringbook("account", "add", "--org", org_id, "--key-stdin", "--json", stdin="cal_sandbox_wrong")
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: Cal.com does not take this key (HTTP 401")


def test_a_typed_key_is_not_shown(ringbook: Ringbook, environ: dict[str, str], tmp_path: Path) -> None:
    ringbook("migrate")
    org_id = document(ringbook("org", "add", "Clinic", "--json"))["id"]
    words = [*RINGBOOK, "account", "add", "--org", org_id, "--json"]
    person, terminal = pty.openpty()
    with subprocess.Popen(
        words,
        cwd=tmp_path,
        env=environ,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        shown = read_until(person, b"Cal.com API key: ")
        os.write(person, f"{RIVERA_KEY}\n".encode())
        stdout, _ = process.communicate(timeout=60)
    os.close(terminal)
    with suppress(OSError):
        shown += os.read(person, 10_000)
    os.close(person)
    assert json.loads(stdout)["key_last4"] == "vera"
    assert RIVERA_KEY.encode() not in shown + stdout


def read_until(descriptor: int, wanted: bytes) -> bytes:
    """What is shown up to `wanted`; raises AssertionError where that does not come in time."""
    shown, until = b"", time.monotonic() + 60
    while not shown.endswith(wanted):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        assert ready, shown
        shown += os.read(descriptor, 1000)
    return shown


def test_a_database_that_was_never_set_up_is_one_line_and_exit_code_1(ringbook: Ringbook) -> None:
    ended = ringbook("org", "list")
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: The database cannot be used")


def test_a_database_that_cannot_be_reached_is_one_line_and_exit_code_1(ringbook: Ringbook) -> None:
    ended = ringbook("jobs", "list", DATABASE_URL="postgresql://ringbook:hunter2@127.0.0.1:1/ringbook")
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: The database cannot be used")
    assert "hunter2" not in line


def test_the_doctor_finds_that_redis_is_missing(ringbook: Ringbook) -> None:
    ringbook("migrate")
    ended = ringbook("doctor", "--json")
    assert (ended.returncode, ended.stderr) == (1, "")
    problems = [finding["subject"] for finding in json.loads(ended.stdout) if finding["level"] == "problem"]
    assert problems == ["redis"]


def test_every_sentence_of_the_voice_agent_can_be_read(ringbook: Ringbook) -> None:
    rows = document(ringbook("sentences", "--json"))
    assert len(rows) > 20
    assert all(set(row) == {"case", "sentence"} and row["sentence"] for row in rows)
