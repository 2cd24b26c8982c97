"""gunicorn with our configuration: what it takes from the settings, and what it writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from psutil import Process

from app.cli.up import web
from app.domain.answers import LONGEST_WAIT
from config.settings import load_settings
from tests.cli.processes import descendants, is_gone
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
ECHO = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'hello']\n"


def environ(place: Path, **settings: str) -> dict[str, str]:
    return {"PYTHONPATH": f"{place}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(place), **settings}


def test_wrong_settings_are_lines_not_a_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"],
        env=environ(tmp_path, PORT="abc", WEB_THREADS="many"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["PORT", "WEB_THREADS"]


def test_it_checks_out_with_the_settings_of_the_environment(tmp_path):
    shown = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--print-config", "echo:app"],
        env=environ(tmp_path, HOST="::1", PORT="8123", WEB_THREADS="7"),
        cwd=place_with_app(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    values = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    read = {name.strip(): value.strip() for name, value in values.items()}
    assert read["bind"] == "['[::1]:8123']"
    assert (read["threads"], read["workers"], read["worker_class"]) == ("7", "1", "gthread")
    assert read["control_socket_disable"] == "True"
    assert (read["limit_request_line"], read["limit_request_fields"]) == ("4096", "64")
    given = web(load_settings({}, dotenv=tmp_path / "none")).stop_within
    assert LONGEST_WAIT < int(read["graceful_timeout"]) < given


def test_it_has_its_threads_writes_only_json_and_its_worker_dies_with_it(tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "-b", "unix:web.sock", "echo:app"],
            env=environ(tmp_path, WEB_THREADS="24"),
            cwd=place_with_app(tmp_path),
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: "Booting worker" in log.read_text())
        (worker,) = descendants(server.pid)
        eventually(lambda: Process(worker).num_threads() > 24, what="all threads are there before the first request")
        asked = subprocess.run(
            [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
        )
        assert asked.stdout.strip().endswith("hello")
        os.kill(worker, signal.SIGSTOP)  # so that it cannot notice by itself
    finally:
        os.kill(server.pid, signal.SIGKILL)
        server.wait(timeout=10)
    eventually(lambda: is_gone(worker), within=5)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(line["process"] == "web" for line in lines)
    assert not any("secret-path" in line["event"] for line in lines)
    assert not (tmp_path / ".gunicorn").exists()


def test_no_line_is_put_together_for_an_access_log_that_is_silent(tmp_path):
    subprocess.run([sys.executable, "-c", LOG], env=environ(tmp_path), cwd=tmp_path, timeout=60, check=True)


LOG = """
from gunicorn.config import Config
from config import gunicorn

settings = Config()
settings.set("logconfig_dict", gunicorn.logconfig_dict)
gunicorn.logger_class(settings).access(None, None, None, None)  # there is nothing to put together a line from
"""

ASK = """
import socket
with socket.socket(socket.AF_UNIX) as client:
    client.connect("web.sock")
    client.sendall(b"GET /secret-path HTTP/1.0\\r\\n\\r\\n")
    print(client.makefile().read())
"""


def place_with_app(place: Path) -> Path:
    (place / "echo.py").write_text(ECHO)
    return place
