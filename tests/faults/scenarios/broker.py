"""Valkey dies, forgets, freezes, hangs up, and delivers messages twice and in the wrong order."""

from __future__ import annotations

import json
import time
import uuid
from functools import partial
from typing import Any

from app.broker.publisher import CeleryPublisher
from app.domain.identifiers import new_job_id
from config.queues import QueueName
from tests.faults.callers import all_at_once
from tests.faults.play import REAL, Run, scenario
from tests.faults.scenarios.crashes import MIXED, lives, meanwhile
from tests.support.waiting import eventually

FROZEN = 30.0
"""Seconds."""

AT_MOST = 100
"""Requests while it is frozen."""

LIVE = f"ringbook:{QueueName.LIVE.value}"


@scenario("Valkey killed with work in flight", crew=REAL)
def killed(run: Run) -> None:
    """On the product's own worker: afterwards it must work, and have ended only in the two ways that are known.

    One that stalls ends itself; and Celery ends one whose connection breaks once more while it closes the last (kombu
    #582). Whoever supervises it starts it again, as here.
    """
    caller, worker = run.caller(), run.site.crew.processes["worker-1"].pid
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, caller, run.scale.requests)
    meanwhile(run, crowd, run.scale.valkey_kills, partial(restart_valkey, run), pause=(0.5, 1.5))
    while run.killed < run.scale.valkey_kills:
        run.killed += restart_valkey(run)
        crowd = lives(run, caller, 4)
        meanwhile(run, crowd, 0, partial(bool), pause=(9, 9))
    run.expect(caller.follow(caller.book(), within=30).yes, "books within 30 s after the last kill")
    if run.site.crew.processes["worker-1"].pid != worker:
        said = (run.site.crew.directory / "worker-1.log").read_text()
        run.note = next((words for words in ("worker_stalled", "Unrecoverable error") if words in said), "")
        run.expect(bool(run.note), "the worker ended in a known way")


@scenario("Valkey restarted empty")
def wiped(run: Run) -> None:
    """All messages are gone, the jobs are not."""
    caller = run.caller()
    for _ in range(max(1, run.scale.restarts)):
        for name in list(run.site.crew.doomed()):
            run.site.crew.dismiss(name)
        crowd = all_at_once(partial(caller.drop, caller.book()) for _ in range(10))
        crowd.results()
        with run.site.valkey.client() as client:
            run.expect(client.llen(LIVE) > 0, "messages were waiting")
            client.flushall()
        run.site.valkey.kill()
        run.site.valkey.start()
        run.killed += 1
        run.site.crew.start("doomed-1", "doomed-2")
        run.site.drain(60)


@scenario("Valkey frozen for half a minute", crew=REAL)
def paused(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    caller = run.caller()
    crowd = lives(run, caller, max(8, run.scale.requests // 8))
    run.site.valkey.freeze()
    began, slowest = time.monotonic(), 0.0
    try:
        for number in range(AT_MOST):  # more would be refused: so many of one organization are queued at a time
            wait_for(began + number * FROZEN / AT_MOST - time.monotonic())
            heard = caller.drop(caller.book())
            slowest = max(slowest, heard.seconds)
            run.expect(heard.accepted, "accepted while Valkey is frozen")
        wait_for(began + FROZEN - time.monotonic())
    finally:
        run.site.valkey.thaw()
    run.killed = 1
    run.expect(slowest < 3.0, f"accepted within 3 s while Valkey is frozen, took {slowest:.1f}")
    run.note = f"slowest acceptance {slowest:.2f} s"
    crowd.results()


@scenario("connections to Valkey cut", crew=REAL)
def cut(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests // 2)
    meanwhile(run, crowd, run.scale.valkey_kills, partial(_cut, run), pause=(0.2, 1.0))


@scenario("every message twice and in reverse", crew=REAL, unique="off")
def twice_and_reversed(run: Run) -> None:
    """Nobody dies here, so no job may have been taken from anybody."""
    crew, caller = run.site.crew, run.caller()
    workers = crew.workers()
    for name in workers:
        crew.dismiss(name)
    crowd = all_at_once(partial(caller.drop, caller.book()) for _ in range(20))
    crowd.results()
    with run.site.valkey.client() as client:
        waiting: Any = client.lrange(LIVE, 0, -1)
        run.expect(len(waiting) >= 20, f"every request has its message, {len(waiting)} are there")
        client.delete(LIVE)
        client.rpush(LIVE, *[copy for message in reversed(waiting) for copy in (message, _again(message))])
    run.site.sandbox.latency(writes=0.2)
    crew.start(*workers)
    run.site.drain(60)
    taken = sum(job.crashes for job in run.of_mine(run.site.truth().jobs.values()))
    run.expect(taken == 0, f"no job was taken from a living worker, {taken} were")


@scenario("a message for a job that is gone", crew=REAL)
def pruned(run: Run) -> None:
    publisher, caller = CeleryPublisher(run.site.valkey.url), run.caller()
    log = run.site.crew.directory / "worker-1.log"
    before = log.stat().st_size  # earlier scenarios cut its connections, and it said so
    run.expect(publisher.publish(new_job_id()), "the message was taken")
    heard = caller.follow(caller.book())
    run.expect(heard.yes, "the next booking is made")
    run.expect(b"Traceback" not in log.read_bytes()[before:], "nothing is raised")


def restart_valkey(run: Run) -> bool:
    run.site.valkey.restart()
    return True


def _cut(run: Run) -> bool:
    with run.site.valkey.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)
        client.client_kill_filter(_type="pubsub", skipme=True)
    return True


def _again(message: str) -> str:
    """The same message as another delivery."""
    copy = json.loads(message)
    copy["properties"]["delivery_tag"] = str(uuid.uuid4())
    return json.dumps(copy)


def wait_for(seconds: float) -> None:
    """Let so much time pass; there is nothing to look for."""
    until = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > until, within=seconds + 5)
