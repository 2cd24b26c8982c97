"""`ringbook up` as a whole: an empty directory, a first booking, a clean end, and nothing left after a hard one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest

from tests.cli.processes import descendants, is_gone
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
PROGRAMS = ("valkey-server", "app.sandbox", "celery", "workers.scheduler", "gunicorn")

pytestmark = pytest.mark.slow


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


class Running:
    """One `ringbook up` in a directory of its own, with what it showed."""

    def __init__(self, place: Path) -> None:
        port, sandbox_port = free_ports()
        self.place = place
        self.environ = {
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "PORT": str(port),
            "SANDBOX_PORT": str(sandbox_port),
        }
        self.start()

    def start(self) -> None:
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                self._command, cwd=self.place, env=self.environ, stdout=output, stderr=output
            )

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "app.cli.main", "up"]

    @property
    def _output(self) -> Path:
        return self.place / "output"

    def shown(self) -> str:
        return self._output.read_text()

    def shows(self, text: str, *, within: float = 60) -> None:
        eventually(lambda: text in self.shown() or self.process.poll() is not None, within=within, what=text)
        assert text in self.shown(), self.shown()

    def family(self) -> dict[int, str]:
        return descendants(self.process.pid)

    def member(self, word: str) -> int:
        """The oldest process below with that word in its command line."""
        return next(pid for pid, command in sorted(self.family().items()) if word in command)

    def again(self) -> subprocess.CompletedProcess[str]:
        """A second `up` with the same settings."""
        return subprocess.run(
            self._command, cwd=self.place, env=self.environ, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = Running(tmp_path)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(timeout=90)


def test_a_first_start_books_an_appointment_mends_itself_and_stops_cleanly(running):
    running.shows("Press Ctrl-C to stop")
    assert "worker is ready (" in running.shown()
    assert "Appointment confirmed" in running.shown()
    assert "curl -sS http://127.0.0.1:" in running.shown()
    assert all(any(word in command for command in running.family().values()) for word in PROGRAMS)

    second = running.again()
    assert second.returncode == 1
    assert second.stderr.startswith(f"Error: Ringbook already runs on {running.place / 'var'} (process ")
    assert second.stderr.count("\n") == 1

    os.kill(running.member("workers.scheduler"), signal.SIGKILL)
    running.shows("scheduler was started again")

    family = running.family()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=60) == 0
    assert all(map(is_gone, family))
    assert "killed" not in running.shown()
    assert running.shown().endswith("nothing is left running.\n")
    assert "Traceback" not in running.shown()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's commands need curl")
def test_the_first_request_of_the_readme_works_as_it_stands(running):
    running.shows("Press Ctrl-C to stop")
    section = (ROOT / "README.md").read_text().partition("## First request")[2]
    commands = section.partition("```sh\n")[2].partition("```")[0]
    assert commands.count("http://127.0.0.1:8000/") == 1
    ours = commands.replace(":8000/", f":{running.environ['PORT']}/")
    done = subprocess.run(["sh", "-euc", ours], capture_output=True, text=True, timeout=60, check=True)

    offered, booked = answers(done.stdout)
    assert offered["data"]["summary"] == "Suggested times"
    assert offered["data"]["available_slots"]
    assert booked["data"]["summary"] == "Appointment confirmed", booked
    start = datetime.fromisoformat(booked["data"]["date_time"]).astimezone(ZoneInfo("America/New_York"))
    assert (start.weekday(), start.hour, start.minute) == (0, 10, 0)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's commands need curl")
def test_an_organization_is_set_up_by_curl_alone_as_in_the_readme(running):
    running.shows("Press Ctrl-C to stop")
    section = (ROOT / "README.md").read_text().partition("## An organization from nothing, by curl")[2]
    commands = section.partition("```sh\n")[2].partition("```")[0]
    assert commands.count("http://127.0.0.1:8000/") == commands.count(".venv/bin/ringbook") == 1
    ours = commands.replace(":8000/", f":{running.environ['PORT']}/")
    ours = ours.replace(".venv/bin/ringbook", f"{sys.executable} -m app.cli.main")
    how: dict[str, Any] = {"cwd": running.place, "env": running.environ, "timeout": 100}
    done = subprocess.run(["sh", "-euc", ours], capture_output=True, text=True, check=True, **how)

    connected, looked_up, booked, listed = answers(done.stdout)
    assert connected["data"]["status"] == "active"
    assert looked_up["data"]["event_type_id"] == 1
    assert booked["data"]["summary"] == "Appointment confirmed", booked
    (appointment,) = listed["data"]["appointments"]
    assert appointment["id"] == booked["data"]["appointment_id"]
    assert appointment["organization_id"] == connected["data"]["org_id"]
    assert "rbk_admin_" not in running.shown() + done.stdout + done.stderr


def test_the_demo_key_is_shown_at_the_first_start_alone_and_written_nowhere(running):
    """The link to the desk is shown again until somebody used it."""
    running.shows("Press Ctrl-C to stop")
    (key,) = re.findall(r"rbk_[0-9a-z]{32}", running.shown())
    (link,) = re.findall(r"http://\S+/desk/welcome/\S+", running.shown())
    with urlopen(link, timeout=20) as page:
        assert b"Set a password" in page.read()
    url = f"http://127.0.0.1:{running.environ['PORT']}/api/v1/calcom/status"
    with urlopen(Request(url, headers={"X-Api-Key": key}), timeout=20) as answer:
        assert json.load(answer)["data"]["connected"] is True
    running.process.send_signal(signal.SIGINT)
    running.process.wait(timeout=60)
    files = [path for path in (running.place / "var").rglob("*") if path.is_file()]
    assert len(files) > 3
    token = link.rpartition("/")[2]
    assert [path for path in files if {key.encode(), token.encode()} & set(_words(path))] == []

    running.start()
    running.shows("Press Ctrl-C to stop")
    assert "rbk_" not in running.shown()
    assert "/desk/welcome/" in running.shown()


def _words(path: Path) -> list[bytes]:
    return re.findall(rb"[\w-]{20,}", path.read_bytes())


def answers(text: str) -> list[dict[str, Any]]:
    """The JSON documents that were written one after the other."""
    found = []
    while text := text.strip():
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


def test_a_killed_start_leaves_nothing_behind_and_the_next_one_works(running):
    running.shows("web is ready")
    family = running.family()
    assert len(family) >= len(PROGRAMS)
    running.process.kill()
    running.process.wait(timeout=10)
    eventually(lambda: all(map(is_gone, family)), within=10)

    running.start()
    running.shows("Press Ctrl-C to stop")
    assert "Appointment confirmed" in running.shown()
