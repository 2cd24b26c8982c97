"""`ringbook up` as a whole: its supervisor is killed, and everything with it, and it is started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import requests

from app.cli.demo_agent import AGENT_ID, ORG_ID
from config.lifeline import die_with_parent
from tests.faults.play import Run, scenario
from tests.faults.site import diary
from tests.support.stack import MANAGE, ROOT, free_port
from tests.support.waiting import eventually


@scenario("the supervisor killed, with everything", crew=(), databases=("sqlite",))
def supervisor(run: Run) -> None:
    """Accepted requests are booked after the next start; this site keeps its own data, so it is judged here."""
    home = run.site.crew.directory / "up"
    ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    first = _up(home, ports)
    accepted = [_drop(ports["PORT"], at) for at, _ in zip(diary(), range(12), strict=False)]
    below = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    first.wait()
    run.killed = 1 + len(below)
    eventually(lambda: not any(child.is_running() and child.status() != "zombie" for child in below), what="all gone")
    second = _up(home, ports)
    try:
        finals = [eventually(partial(_final, url), within=90, every=0.2) for url in accepted]
        run.expect(all(final["status"] == "succeeded" for final in finals), "all are booked after the next start")
        bookings = json.loads(_get(f"http://127.0.0.1:{ports['SANDBOX_PORT']}/_sandbox/state"))["bookings"]
        run.expect(len(bookings) == len(accepted), f"{len(bookings)} bookings for {len(accepted)} requests")
    finally:
        second.send_signal(signal.SIGTERM)
        second.wait(timeout=90)
    run.note = f"{len(accepted)} requests"


def _up(home: Path, ports: dict[str, str]) -> subprocess.Popen[bytes]:
    home.mkdir(exist_ok=True)
    with (home / "up.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "up", "--no-demo"],
            env={"PATH": os.environ["PATH"], "DATA_DIR": str(home), **ports},  # noqa: TID251 - to find the programs
            cwd=ROOT,
            stdout=log,
            stderr=log,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one prctl, loaded ahead
        )
    url = f"http://127.0.0.1:{ports['PORT']}/readyz"
    eventually(lambda: _is_ready(url), within=90, every=0.2, what="ringbook up is ready")
    return process


def _is_ready(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def _drop(port: str, at: Any) -> str:
    said = {
        "action": "book",
        "org_id": ORG_ID,
        "agent_id": AGENT_ID,
        "name": "Jo",
        "email": f"jo{at:%d%H%M}@example.com",
    }
    body = {**said, "appointment_datetime": at.isoformat()}
    reply = requests.post(
        f"http://127.0.0.1:{port}{MANAGE}", json=body, headers={"Prefer": "respond-async"}, timeout=20
    )
    return str(reply.json()["data"]["status_url"])


def _final(url: str) -> dict[str, Any] | None:
    data: dict[str, Any] = requests.get(url, timeout=20).json()["data"]
    return data if data["final"] else None


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())
