"""Many requests at one moment: each is begun in its turn, and the time it lay there is part of its caller's."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from flask import Blueprint, Flask

from app.domain.limits import Subject, Unlimited
from app.services.work_turns import PATIENCE, WorkTurns
from app.web.arrival import seconds_since_arrival
from app.web.turns import work_in_turn
from tests.api.doubles import BOOK, IDS, URL, UseCasesDouble, client_of
from tests.support.stack import ROOT, free_port
from tests.support.waiting import eventually

APP = """
from pathlib import Path
from app.web.arrival import seconds_since_arrival
from tests.support.waiting import eventually

def app(environ, start_response):
    lain = seconds_since_arrival(environ)
    if environ["PATH_INFO"] == "/hold":
        Path("held").touch()
        eventually(Path("let-go").exists)
    start_response("200 OK", [])
    return [str(lain).encode()]
"""


@dataclass(frozen=True, slots=True)
class Server:
    """gunicorn as configured, with one thread; `let_go` ends what holds it."""

    url: str
    place: Path

    def let_go(self) -> None:
        (self.place / "let-go").touch()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "lying.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "lying:app"]
    environ = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin", "WEB_THREADS": "1", "PORT": str(port)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, cwd=tmp_path, stdout=log, stderr=log)
    try:
        eventually(lambda: _takes_connections(port), what="gunicorn listens")
        yield Server(f"http://127.0.0.1:{port}", tmp_path)
    finally:
        process.terminate()
        process.wait(timeout=40)


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux tells")
def test_the_time_a_request_lay_before_a_thread_was_free_is_known(server: Server) -> None:
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(requests.get, f"{server.url}/hold", timeout=30)
        eventually((server.place / "held").exists)
        sent = time.monotonic()
        behind = pool.submit(requests.get, f"{server.url}/", timeout=30)
        eventually(lambda: time.monotonic() - sent > 0.5)
        server.let_go()
        lain = float(behind.result().text)
        elapsed = time.monotonic() - sent
    assert 0.4 < lain <= elapsed + 0.05
    held.result()


def test_where_nobody_tells_no_time_has_gone_by() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert seconds_since_arrival({"gunicorn.socket": ours}) == 0
    assert seconds_since_arrival({"gunicorn.socket": ours}) == 0
    assert seconds_since_arrival({}) == 0


def test_no_more_requests_than_allowed_are_begun_at_a_time() -> None:
    app, turns = Flask(__name__), WorkTurns(at_once=2, patience=30)
    begun, most, lock, both = [0], [0], threading.Lock(), threading.Barrier(2)

    work_in_turn(app, turns, {"busy": lambda: False})
    app.register_blueprint(_busy(begun, most, lock, both))
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: app.test_client().get("/").status_code, range(8)))
    assert (statuses, most) == ([204] * 8, [2])


def test_who_waits_for_an_outcome_keeps_nobody_from_beginning() -> None:
    """All of them are in the use case at the same time, far more than begin at a time."""
    all_there = threading.Barrier(12)

    class Waiting(UseCasesDouble):
        def manage_appointment(self, request):
            all_there.wait(PATIENCE / 2)  # later they would begin without a turn
            return super().manage_appointment(request)

    client = client_of(Waiting())
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.application.test_client().post(URL, json=BOOK), range(12)))
    assert [answer.status_code for answer in answers] == [200] * 12


def test_who_asks_for_a_job_and_waits_keeps_nobody_from_beginning() -> None:
    all_there = threading.Barrier(12)

    class Waiting(UseCasesDouble):
        def read_job(self, job_id, wait=0.0):
            all_there.wait(PATIENCE / 2)
            return super().read_job(job_id, wait)

    client = client_of(Waiting())
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.application.test_client().get("/api/v1/jobs/job_1"), range(12)))
    assert [answer.status_code for answer in answers] == [404] * 12


def test_a_refused_request_gives_its_turn_back() -> None:
    client = client_of(UseCasesDouble())
    assert [client.post(URL, data="{").status_code for _ in range(20)] == [415] * 20


class NotedTurns(WorkTurns):
    """Notes who began, and whether it only reads."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[bool] = []

    def begin(self, *, only_reads: bool = False) -> None:
        self.begun.append(only_reads)
        super().begin(only_reads=only_reads)


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ({"action": "availability", **IDS}, True),
        ({"action": "suggest", **IDS}, True),
        (BOOK, False),
        ({"action": ["suggest"], **IDS}, False),
        ([], False),
    ],
)
def test_who_only_reads_begins_as_one_who_does(body: object, reads: bool) -> None:
    turns = NotedTurns()
    client_of(UseCasesDouble(turns=turns)).post(URL, json=body)
    assert turns.begun == [reads]


def test_who_asks_for_a_job_begins_as_one_who_only_reads() -> None:
    turns = NotedTurns()
    client_of(UseCasesDouble(turns=turns)).get("/api/v1/jobs/job_1")
    assert turns.begun == [True]


def test_who_is_turned_away_takes_nobodys_turn() -> None:
    class Full(Unlimited):
        def take(self, counted: Sequence[Subject], *, heeding: Sequence[Subject] = ()) -> float:
            return 1.0

    turns = NotedTurns()
    client = client_of(UseCasesDouble(turns=turns, limits=Full()))
    assert (client.post(URL, json=BOOK).status_code, turns.begun) == (429, [])


def _busy(begun, most, lock, both):
    busy = Blueprint("busy", __name__)

    @busy.get("/")
    def work() -> tuple[str, int]:
        with lock:
            begun[0] += 1
            most[0] = max(most[0], begun[0])
        both.wait(30)
        with lock:
            begun[0] -= 1
        return "", 204

    return busy


def _takes_connections(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
