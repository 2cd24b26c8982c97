"""Deliveries for one test: a real database, a scripted other side, a clock set by hand, and no broker but a list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cryptography.fernet import Fernet

from app.container.webhooks import WebhookCases, bind_webhooks
from app.domain.api_keys import Scope
from app.domain.directory import Organization
from app.domain.events import Event, EventName
from app.domain.sending import Message, Receipt
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Delivery, Endpoint
from app.services.bulkhead import Bulkhead
from app.services.deliver_webhook import DeliverWebhook
from app.services.record_event import record_event
from app.services.rescue_deliveries import RescueDeliveries
from app.storage.database import Database
from tests.support.sqlite import migrated

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ORG = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"
AGENT = "019d1fdb-98e9-7c87-86c7-321e2fa98733"
ALL = Scope(org_id=None)
ACTOR = "test"
SEATS = 4
ROUND, LONG = timedelta(seconds=0.5), timedelta(days=30)
TIMES = (
    """SELECT max(next_attempt_at, coalesce(paused_until, ''))
    FROM webhook_deliveries AS d JOIN webhook_endpoints AS e ON e.id = d.endpoint_id
    WHERE finished_at IS NULL AND e.status = 'enabled' AND lease_until IS NULL""",
    "SELECT lease_until FROM webhook_deliveries WHERE lease_until IS NOT NULL",
)
"""When deliveries may go: nothing can happen before the first of them."""

TAKEN, DOWN = Receipt(http_status=204), Receipt(code="not_connected")


@dataclass(frozen=True)
class Sent:
    url: str
    message: Message
    secrets: tuple[str, ...]
    after: float
    """Seconds since the test began."""


@dataclass
class OtherSide:
    """Fulfils the port of the sender; `answers` says what becomes of each request."""

    clock: Callable[[], datetime]
    answers: Callable[[Sent], Receipt] = lambda _: TAKEN
    sent: list[Sent] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    def check(self, url: str) -> None:
        self.checked.append(url)

    def send(self, url: str, message: Message, secrets: Sequence[str]) -> Receipt:
        sent = Sent(url, message, tuple(secrets), (self.clock() - NOW).total_seconds())
        self.sent.append(sent)
        return self.answers(sent)


class PostOffice:
    """`later` moves the clock, with the scheduler's rounds and all that they wake."""

    def __init__(self, directory: Path) -> None:
        self.now = NOW
        self.queue: list[str] = []
        self._path = directory / "ringbook.db"
        url = migrated(f"sqlite:///{self._path}")
        self.database = Database(url, secret_keys=[Fernet.generate_key().decode()])
        self.others = OtherSide(lambda: self.now)
        self.bulkhead = Bulkhead(seats=SEATS)
        parts: dict[str, Any] = {"open_unit": self.database.unit, "publisher": self, "clock": self.clock}
        parts |= {"read_unit": self.database.reading_unit}
        self.deliver = DeliverWebhook(**parts, sender=self.others, bulkhead=self.bulkhead, stopping=lambda: False)
        self.rescue = RescueDeliveries(**parts, owner="w_1")
        adapters = SimpleNamespace(**parts, search_unit=self.database.searching_unit, sender=self.others)
        self.cases: WebhookCases = bind_webhooks(cast(Any, adapters))
        with self.database.unit() as unit:
            unit.directory.save_organization(Organization(id=ORG, name="Clinic", created_at=NOW))
            unit.commit()

    def clock(self) -> datetime:
        return self.now

    def publish_delivery(self, delivery_id: str) -> bool:
        self.queue.append(delivery_id)
        return True

    def work(self) -> None:
        """Run everything that was published, and what that publishes."""
        while self.queue:
            self.deliver(self.queue.pop(0))

    def later(self, seconds: float) -> None:
        """As with a scheduler's round every half second; rounds in which nothing could be due are left out."""
        self.work()
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now = min(self._next_round(), end)
            self.rescue()
            self.work()

    def _next_round(self) -> datetime:
        """On the grid of rounds: the next, or the first after something waits for its time no longer."""
        coming = self.now + LONG
        with closing(sqlite3.connect(self._path)) as database:
            for query in TIMES:
                for (text,) in database.execute(query):
                    coming = min(coming, max(datetime.fromisoformat(text), self.now))
        rounds = int((coming - NOW) / ROUND) + (1 if (coming - NOW) % ROUND else 0)
        return max(NOW + rounds * ROUND, self.now + ROUND)

    def endpoint(self, url: str = "https://crm.example/hook", **choices: Any) -> Endpoint:
        """A verified one: its challenge was handed back by hand, and is forgotten."""
        new = self.cases.add_endpoint(org_id=ORG, url=url, scope=ALL, actor=ACTOR, **choices)
        self.queue.clear()
        (delivery,) = self.cases.list_deliveries(DeliveryFilter(endpoint_id=new.endpoint.id), ALL)
        challenge = self.cases.show_delivery(delivery.id, ALL).event.data["challenge"]
        verified = self.cases.challenge_endpoint(new.endpoint.id, ALL, actor=ACTOR, answer=challenge)
        with self.database.unit() as unit:
            unit.deliveries.prune(occurred_before=self.now + timedelta(seconds=1), limit=10)
            unit.commit()
        return verified

    def happen(self, name: EventName = EventName.APPOINTMENT_BOOKED, **changes: Any) -> Event:
        """Something happens; its deliveries are published at once."""
        made_up = Event(name=name, org_id=ORG, agent_id=AGENT, occurred_at=self.now, data={"version": 1})
        event = replace(made_up, **changes)
        with self.database.unit() as unit:
            made = record_event(unit, event)
            unit.commit()
        self.queue += made
        return event

    def deliveries(self, **wanted: Any) -> list[Delivery]:
        """Oldest first, with their attempts."""
        found = self.cases.list_deliveries(DeliveryFilter(limit=500, **wanted), ALL)
        return [self.cases.show_delivery(each.id, ALL).delivery for each in reversed(found)]

    def shown(self, endpoint: Endpoint) -> Endpoint:
        return self.cases.show_endpoint(endpoint.id, ALL)

    def times(self, url: str = "https://crm.example/hook") -> list[float]:
        """When requests went there, in seconds since the test began."""
        return [sent.after for sent in self.others.sent if sent.url == url]
