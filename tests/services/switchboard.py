"""What comes in from Cal.com, wired to a desk: signed notices, workers for them, sweeps, and the events they raise."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.appointments import AppointmentStatus, Booking
from app.domain.events import Event
from app.domain.notices import Hook, Notice
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Endpoint, EndpointStatus
from app.services.handle_notice import HandleNotice
from app.services.receive_notice import ReceiveNotice
from app.services.rescue_notices import RescueNotices
from app.services.sweep_account import SweepAccount
from app.storage.notice_tables import notices
from tests.services.desk import ORG, Desk

ACCOUNT = "a" * 32
SECRET = "the secret of the hook"
EVERY = timedelta(minutes=3)
NOBODY: Any = None


@dataclass
class NoticeBells:
    """Remembers which notices and sweeps workers were woken for."""

    notices: list[str] = field(default_factory=list)
    sweeps: list[str] = field(default_factory=list)
    broker_is_up: bool = True

    def publish_notice(self, notice_id: str) -> bool:
        self.notices += [notice_id] if self.broker_is_up else []
        return self.broker_is_up

    def publish_sweep(self, account_id: str) -> bool:
        self.sweeps += [account_id] if self.broker_is_up else []
        return self.broker_is_up


class Switchboard:
    """`tell` is what Cal.com does; `work` runs what was published, jobs and notices alike."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.bells = desk, NoticeBells()
        units: dict[str, Any] = {"open_unit": desk.database.unit, "read_unit": desk.database.reading_unit}
        asking: dict[str, Any] = {"calendar": desk.calendar, "cache": desk.cache, "clock": desk.clock}
        self.receive = ReceiveNotice(**units, publisher=self.bells, clock=desk.clock)
        self.handle = HandleNotice(**units, **asking, publisher=desk.bells)
        self.sweep = SweepAccount(**units, **asking, publisher=self.bells, every=EVERY)
        self.rescue = RescueNotices(
            **units, publisher=self.bells, clock=desk.clock, owner="scheduler-1", sweep_every=EVERY
        )
        endpoint = Endpoint(
            id="ep_1", org_id=ORG, url="https://receiver.example", created_at=desk.now, status=EndpointStatus.ENABLED
        )
        with desk.database.unit() as unit:
            unit.hooks.save(Hook(account_id=ACCOUNT, url="https://us.example/hook", secret=SECRET))
            unit.endpoints.add(endpoint, "whsec_" + "A" * 32)
            unit.commit()

    def booked(self) -> str:
        """The id of an appointment that Ringbook booked itself; its uid is uid1."""
        return self.desk.booked().appointment_id

    def move(self, uid: str, by: timedelta = timedelta(hours=1)) -> Booking:
        """The host moves it in Cal.com."""
        rows, calendar = self.desk.calendar.rows, self.desk.calendar
        calendar.move(NOBODY, uid, rows[uid].starts_at + by, "")
        return rows[rows[uid].moved_to]

    def decide(self, uid: str, status: AppointmentStatus) -> Booking:
        """The host calls it off, confirms or declines it in Cal.com."""
        self.desk.calendar.rows[uid] = replace(self.desk.calendar.rows[uid], status=status)
        return self.desk.calendar.rows[uid]

    def tell(self, trigger: str, booking: Booking, **payload: Any) -> bytes:
        """Signed as Cal.com signs; returns the body, to be sent again."""
        raw = body(trigger, booking, created_at=self.desk.now, **payload)
        self.send(raw)
        return raw

    def send(self, raw: bytes) -> None:
        self.receive(ACCOUNT, raw, signed(raw))

    def work(self) -> None:
        """Run all that was published, as workers would."""
        while self.bells.notices or self.bells.sweeps or self.desk.bells.published:
            if self.bells.notices:
                self.handle(self.bells.notices.pop(0))
            elif self.bells.sweeps:
                self.sweep(self.bells.sweeps.pop(0))
            else:
                self.desk.work()

    def later(self, seconds: float) -> None:
        """The clock goes on, and the scheduler and the workers have their turn."""
        self.desk.later(seconds)
        self.desk.rescue_jobs()
        self.rescue()
        self.work()

    def sweep_now(self) -> None:
        self.rescue.enroll()
        self.desk.later(EVERY.total_seconds())
        self.rescue()
        self.work()

    def outcomes(self) -> list[str]:
        """Of all notices, in the order in which they came; empty for those that are not done with."""
        with self.desk.database.reading_unit() as unit:
            connection = unit._connection
            rows = connection.execute(notices.select().order_by(notices.c.received_at)).all()
        return [row.outcome for row in rows]

    def raised(self) -> list[Event]:
        """The events raised for changes made in Cal.com itself, oldest first."""
        with self.desk.database.reading_unit() as unit:
            deliveries = unit.deliveries.search(DeliveryFilter(org_id=ORG))
            found = [unit.deliveries.event(delivery.event_id) for delivery in deliveries]
        told = [event for event in found if event is not None and event.data.get("source") == "calcom"]
        return sorted(told, key=lambda event: event.occurred_at)

    def claim(self, notice_id: str, lease: float = 30) -> Notice | None:
        """As a worker that dies right after."""
        with self.desk.database.unit() as unit:
            until = self.desk.now + timedelta(seconds=lease)
            claimed = unit.notices.claim(notice_id, now=self.desk.now, lease_until=until)
            unit.commit()
        return claimed


def signed(raw: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def body(trigger: str, booking: Booking, *, created_at: datetime, **payload: Any) -> bytes:
    """What matters of Cal.com's form, and a person's data, which must not be kept."""
    document = {
        "triggerEvent": trigger,
        "createdAt": created_at.isoformat(),
        "payload": {
            "uid": booking.uid,
            "startTime": booking.starts_at.isoformat(),
            "attendees": [{"name": "Jane Doe", "email": "jane@example.com"}],
        }
        | payload,
    }
    return json.dumps(document).encode()
