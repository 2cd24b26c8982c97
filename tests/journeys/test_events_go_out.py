"""Events reach receivers on real sockets, from real workers: fast, apart from each other, and through every death."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from app.domain.api_keys import Scope
from app.domain.directory import Agent
from app.domain.events import Event, EventName
from app.domain.webhook_stores import DeliveryFilter
from app.services.add_endpoint import NewEndpoint
from app.services.record_event import record_event
from app.storage.database import Database
from tests.journeys.test_a_caller_books import free_time
from tests.support.receiver import Received, Receiver, Reply
from tests.support.stack import Stack
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow
EVERYONE = Scope(org_id=None)
_n = count()


@dataclass
class Crm:
    """A receiver that takes everything, after it has echoed its challenge."""

    receiver: Receiver
    endpoint: NewEndpoint

    def has(self, event: Event) -> bool:
        return event.id in self.receiver.ids()

    def take(self, name: str) -> list[Received]:
        return [each for each in self.receiver.received if f'"type":"{name}"' in each.body.decode()]


@dataclass
class Hall:
    """Opens receivers and registers them."""

    stack: Stack
    agent: Agent
    open: list[Receiver] = field(default_factory=list)

    def crm(self, *events: str, agents: tuple[str, ...] = ()) -> Crm:
        receiver = Receiver(lambda received: Reply(200, received.body))
        receiver.__enter__()
        self.open.append(receiver)
        new = self.stack.operators.webhooks.add_endpoint(
            org_id=self.agent.org_id, url=receiver.url, scope=EVERYONE, actor="test", events=events, agents=agents
        )
        shown = self.stack.operators.webhooks.show_endpoint
        eventually(lambda: shown(new.endpoint.id, EVERYONE).status == "enabled", what="the challenge came back")
        receiver.received.clear()
        return Crm(receiver, new)

    def happen(self) -> Event:
        """As a process would that died right after its commit: nobody is told, the scheduler finds it."""
        event = Event(
            name=EventName.JOB_FAILED,
            org_id=self.agent.org_id,
            occurred_at=datetime.now(UTC),
            data={"version": 1, "n": next(_n)},
        )
        database = Database(self.stack.settings.database_url, secret_keys=self.stack.settings.secret_keys)
        with database.unit() as unit:
            record_event(unit, event)
            unit.commit()
        database.dispose()
        return event


@pytest.fixture
def hall(stack: Stack, agent: Agent) -> Iterator[Hall]:
    made = Hall(stack, agent)
    yield made
    for endpoint in stack.operators.webhooks.list_endpoints(EVERYONE, agent.org_id):
        stack.operators.webhooks.remove_endpoint(endpoint.id, EVERYONE, actor="test")
    for receiver in made.open:
        receiver.__exit__(None, None, None)


def test_a_booking_is_told_at_once_and_the_public_verifier_accepts_it_also_during_rotation(
    stack: Stack, agent: Agent, hall: Hall
) -> None:
    crm = hall.crm("appointment.booked")
    book: dict[str, Any] = {"action": "book", "name": "Jane Doe", "email": "jane@example.com"}
    began = time.monotonic()
    answer = stack.manage(agent, appointment_datetime=free_time(), **book)
    (told,) = eventually(lambda: crm.take("appointment.booked"), what="the booking is told")
    said: Any = Webhook(crm.endpoint.secret).verify(told.body, told.headers)
    assert said["data"]["appointment_id"] == answer.json()["data"]["appointment_id"]
    print(f"booked in {answer.elapsed.total_seconds():.2f} s, told {told.at - began:.2f} s after the request")
    rotated = stack.operators.webhooks.rotate_endpoint_secret(crm.endpoint.endpoint.id, EVERYONE, actor="test")
    stack.manage(agent, appointment_datetime=free_time(), **book | {"email": "joe@example.com"})
    (_, next_told) = eventually(lambda: crm.take("appointment.booked")[1:] and crm.take("appointment.booked"))
    for secret in (crm.endpoint.secret, rotated.secret):
        Webhook(secret).verify(next_told.body, next_told.headers)


def test_a_receiver_that_is_down_for_five_seconds_gets_its_event_within_ten(hall: Hall) -> None:
    crm = hall.crm()
    began = time.monotonic()
    crm.receiver.answers = lambda _: Reply(503 if time.monotonic() - began < 5 else 200)
    event = hall.happen()
    eventually(lambda: crm.receiver.received and crm.receiver.received[-1].at - began > 5, within=20)
    tries = [round(each.at - began, 1) for each in crm.receiver.received]
    print(f"down for 5 s: tried after {tries} s")
    assert tries[-1] < 10
    assert set(crm.receiver.ids()) == {event.id}


def test_a_receiver_that_hangs_slows_nobody_else(hall: Hall) -> None:
    """Ten events for each; the one that hangs holds its requests for as long as it is waited for."""
    hanging, quick = hall.crm(), hall.crm()
    over = threading.Event()

    def hang(_: Received) -> Reply:
        over.wait(60)
        return Reply(200)

    hanging.receiver.answers = hang
    began = time.monotonic()
    lags: list[float] = []
    for _ in range(10):
        happened = time.monotonic()
        event = hall.happen()
        eventually(partial(quick.has, event))
        lags.append(next(each.at for each in quick.receiver.received if each.id == event.id) - happened)
    over.set()
    alone = sorted(lags)
    print(
        f"beside one that hangs ({len(hanging.receiver.received)} requests held): p50 {alone[5]:.2f} s, "
        f"worst {alone[-1]:.2f} s, {time.monotonic() - began:.1f} s in all"
    )
    assert hanging.receiver.received
    assert alone[-1] < 3


def test_killed_between_commit_and_send_it_is_delivered_under_its_id(stack: Stack, hall: Hall) -> None:
    """The worker of events dies before it has the message; what it left is found and sent by the next one."""
    crm = hall.crm()
    stack.kill("webhooks")
    event = hall.happen()
    time_of_death = time.monotonic()
    stack.start("webhooks")
    (received,) = eventually(lambda: crm.receiver.received, within=60, what="delivered after the restart")
    print(f"killed before sending: delivered {received.at - time_of_death:.1f} s later")
    assert received.id == event.id


def test_killed_between_send_and_record_it_is_delivered_again_under_its_id(stack: Stack, hall: Hall) -> None:
    """The receiver has it and has not answered yet: nothing is recorded when the worker dies."""
    crm = hall.crm()

    def kill_first(_: Received) -> Reply:
        if len(crm.receiver.received) == 1:
            stack.kill("webhooks", signal.SIGKILL)
        return Reply(200)

    crm.receiver.answers = kill_first
    event = hall.happen()
    eventually(lambda: "webhooks" not in stack.processes, what="the worker is dead")
    stack.start("webhooks")
    eventually(lambda: len(crm.receiver.received) == 2, within=90, what="sent again once the lease ran out")
    assert crm.receiver.ids() == [event.id, event.id]
    first, second = crm.receiver.received
    print(f"killed after sending: sent again {second.at - first.at:.1f} s later, same webhook-id")
    (delivery,) = [
        each
        for each in stack.operators.webhooks.list_deliveries(DeliveryFilter(event_id=event.id), EVERYONE)
        if each.endpoint_id == crm.endpoint.endpoint.id
    ]
    eventually(lambda: stack.operators.webhooks.show_delivery(delivery.id, EVERYONE).delivery.status == "succeeded")
    history = stack.operators.webhooks.show_delivery(delivery.id, EVERYONE).delivery.history
    assert [attempt.finished_at is None for attempt in history] == [True, False]


def test_logs_say_nothing_of_a_person(stack: Stack, hall: Hall) -> None:
    """After all that was sent above."""
    texts = [path.read_text() for path in Path(stack.directory).glob("*.log")]
    assert texts
    assert not any(word in text for text in texts for word in ("Jane Doe", "jane@example.com", "whsec_"))
