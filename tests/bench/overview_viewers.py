"""What ten open overviews cost the web process: `python -m tests.bench.overview_viewers --jobs 100000`.

Runs the real processes on a filled database, asks for a job five times a second, and lets as many viewers as said look
at the overview as often as an open page does. Prints the CPU time of the web process and the time its answers took,
without the viewers and with them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from app.container.composition import build_container
from app.domain.identifiers import new_job_id
from app.domain.operators import Role
from config.logs import configure_logging
from tests.admin.site import PASSWORD
from tests.bench.ended_jobs import fill
from tests.support.postgres import PostgresServer
from tests.support.stack import Stack
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

EVERY = 5.0
"""Seconds between two looks of an open page."""

PROBES_EVERY = 0.2
PAGE, PROBE = "/desk/", "/api/v1/jobs/<string:job_id>"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--kind", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each of the two phases")
    given = parser.parse_args()
    configure_logging("bench", "ERROR")
    with ExitStack() as stack:
        service = stack.enter_context(serving(given.kind, given.jobs))
        cookies = sign_in(service)
        for viewers in (0, given.viewers):
            measure(service, cookies, viewers, given.seconds)


@contextmanager
def serving(kind: str, number: int) -> Iterator[Stack]:
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        valkey = ValkeyServer()
        stack.callback(valkey.close)
        valkey.start()
        url = f"sqlite:///{directory}/ringbook.db"
        if kind == "postgresql":
            server = PostgresServer()
            stack.callback(server.close)
            server.start()
            url = server.url
        nobody = "http://127.0.0.1:9/v2"
        service = Stack(Path(directory), database_url=url, redis_url=valkey.url, calcom_url=nobody)
        stack.callback(service.stop)
        fill(url, number, now=datetime.now(UTC))
        service.start("web", "scheduler")
        eventually(lambda: is_counted(service), within=600, what="the scheduler counts what was there before")
        yield service


def is_counted(service: Stack) -> bool:
    container = build_container(service.settings)
    with container.desk.overview.read_unit() as unit:
        mark = unit.tallies.watermark()
    container.close()
    return mark is not None and (datetime.now(UTC) - mark).total_seconds() < 600


def sign_in(service: Stack) -> dict[str, str]:
    """The cookies of a viewer."""
    container = build_container(service.settings)
    invitation = container.operators.staff.add("viewer", Role.VIEWER, actor="bench")
    container.desk.set_password(invitation.token, PASSWORD)
    container.close()
    with requests.Session() as browser:
        form = browser.get(f"{service.url}/desk/sign-in", timeout=30).text
        token = form.partition('name="csrf" value="')[2].partition('"')[0]
        entered = {"name": "viewer", "password": PASSWORD, "csrf": token}
        assert browser.post(f"{service.url}/desk/sign-in", data=entered, timeout=30).ok
        return browser.cookies.get_dict()


def measure(service: Stack, cookies: dict[str, str], viewers: int, seconds: float) -> None:
    process = psutil.Process(service.processes["web"].pid)
    over, log = threading.Event(), service.directory / "web.log"
    begun_at, cpu = log.stat().st_size, cpu_of(process)
    page, probe = f"{service.url}{PAGE}", f"{service.url}/api/v1/jobs/{new_job_id()}"
    askers = [threading.Thread(target=ask, args=(page, cookies, EVERY, n / 10, over)) for n in range(viewers)]
    askers.append(threading.Thread(target=ask, args=(probe, {}, PROBES_EVERY, 0.0, over)))
    for asker in askers:
        asker.start()
    over.wait(seconds)
    used = (cpu_of(process) - cpu) / seconds * 60
    over.set()
    for asker in askers:
        asker.join()
    print(f"{viewers} viewers: {used:.2f} CPU seconds a minute in the web process")
    with log.open() as lines:
        lines.seek(begun_at)
        answered = [json.loads(line) for line in lines if '"request_answered"' in line]
    for name, endpoint in (("overview", PAGE), ("job", PROBE)):
        times = [line["seconds"] * 1000 for line in answered if line["endpoint"] == endpoint]
        if times:
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"  {name:8}: {len(times):4} answers, median {statistics.median(times):6.1f} ms, p95 {p95:6.1f} ms")


def ask(url: str, cookies: dict[str, str], every: float, first: float, over: threading.Event) -> None:
    with requests.Session() as browser:
        browser.cookies.update(cookies)
        pause = first
        while not over.wait(pause):
            began = time.monotonic()
            browser.get(url, timeout=30)
            pause = max(0.0, every - (time.monotonic() - began))


def cpu_of(process: psutil.Process) -> float:
    """Seconds that it and its children have used."""
    used = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return float(sum(times.user + times.system for times in used))


if __name__ == "__main__":
    main()
