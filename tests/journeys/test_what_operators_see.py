"""What the desk's overview tells of the whole service: who is at work, what ended, and who is missing."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import requests

from app.container.composition import build_container
from app.domain.directory import Agent
from app.domain.processes import Kind
from app.domain.tallies import Fate
from app.services.find_concerns import Matter
from app.services.read_flow import HOUR
from app.services.read_overview import Overview, ReadOverview
from tests.journeys.test_a_caller_books import free_time
from tests.support.stack import Stack
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def overview(stack: Stack) -> Iterator[ReadOverview]:
    container = build_container(stack.settings)
    yield container.desk.overview
    container.close()


def kinds(found: Overview) -> list[Kind]:
    return [each.sign.kind for each in found.present.living or ()]


def matters(found: Overview) -> set[Matter]:
    return {concern.matter for concern in found.concerns}


def test_every_process_says_that_it_lives(stack: Stack, overview: ReadOverview) -> None:
    eventually(lambda: kinds(overview(HOUR)) == list(Kind), what=f"all at work: {stack.log('worker')}")
    found = overview(HOUR)
    assert matters(found) == set()
    queues = {queue for each in found.present.living or () for queue in each.sign.queues}
    assert queues == {"live", "background", "maintenance", "webhooks"}
    threads = {each.sign.kind: each.sign.threads for each in found.present.living or ()}
    assert (threads[Kind.WEB], threads[Kind.WORKER]) == (32, 8)


def test_what_ended_is_seen_at_once_and_counted_by_the_scheduler(
    stack: Stack, agent: Agent, overview: ReadOverview
) -> None:
    wanted = free_time()
    for name in ("Jane Doe", "John Roe"):
        stack.manage(agent, action="book", appointment_datetime=wanted, name=name, email=f"{name[:4]}@example.com")
    fates = overview(HOUR).flow.whole.by_fate()
    assert (fates[Fate.SUCCEEDED], fates[Fate.REFUSED]) == (1, 1)

    def is_counted() -> bool:
        numbers = requests.get(stack.url + "/metrics", timeout=10).text
        return 'ringbook_jobs_ended_total{result="slot_taken",status="failed"} 1.0' in numbers

    eventually(is_counted, within=60)
    assert overview(HOUR).flow.whole.by_fate() == fates


def test_the_use_of_the_cache_is_told(stack: Stack, agent: Agent, overview: ReadOverview) -> None:
    def is_told() -> bool:
        stack.manage(agent, action="suggest")
        use = overview(HOUR).slot_use
        return use is not None and use.hits > 0 and use.misses > 0

    eventually(is_told, within=40)


@pytest.mark.parametrize(
    ("name", "how", "matter"),
    [("scheduler", signal.SIGTERM, Matter.NO_SCHEDULER), ("webhooks", signal.SIGKILL, Matter.UNSERVED)],
)
def test_a_process_that_ended_or_was_killed_is_missed(
    stack: Stack, overview: ReadOverview, name: str, how: signal.Signals, matter: Matter
) -> None:
    stack.kill(name, how)
    eventually(lambda: matter in matters(overview(HOUR)), within=40)
    stack.start(name)
    eventually(lambda: matter not in matters(overview(HOUR)), within=60)
