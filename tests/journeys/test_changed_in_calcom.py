"""What hosts do in Cal.com itself shows here: by hook, and with hooks switched off by sweep; with real processes."""

from __future__ import annotations

import hashlib
import hmac
import json
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import ColumnElement, Update, func, select

from app.domain.directory import Agent
from app.domain.jobs import Status
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Endpoint, EndpointStatus
from app.storage.database import Database
from app.storage.dialects import rows_changed
from app.storage.notice_tables import notices, sweeps
from tests.journeys.test_a_caller_books import CALLER, free_time, utc
from tests.support.sandbox import SandboxProcess
from tests.support.stack import SANDBOX_KEY, Stack
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


class Site:
    """A stack with one agent, the database to look into, and Cal.com as its host uses it."""

    def __init__(self, stack: Stack, sandbox: SandboxProcess) -> None:
        self.stack, self.sandbox = stack, sandbox
        self.agent: Agent = stack.add_agent(101)
        (self.account,) = stack.operators.list_accounts(self.agent.org_id)
        self.database = Database(stack.settings.database_url, secret_keys=stack.settings.secret_keys)
        with self.database.unit() as unit:
            unit.endpoints.add(
                Endpoint(
                    id=f"ep_{self.agent.id}",
                    org_id=self.agent.org_id,
                    url="https://receiver.invalid",
                    created_at=self.account.created_at,
                    status=EndpointStatus.ENABLED,
                ),
                "whsec_" + "A" * 32,
            )
            unit.commit()

    def book(self) -> str:
        booked = self.stack.manage(self.agent, action="book", appointment_datetime=free_time(), **CALLER)
        assert booked.status_code == 200, booked.text
        return str(booked.json()["data"]["appointment_id"])

    def look(self, appointment_id: str) -> tuple[str, str, int]:
        """Status, start, and how many uids it has had."""
        with self.database.reading_unit() as unit:
            found = unit.appointments.get(self.agent.org_id, appointment_id)
        assert found is not None
        return found.status.value, utc(found.starts_at.isoformat()), len(found.uids)

    def uid(self, appointment_id: str) -> str:
        with self.database.reading_unit() as unit:
            found = unit.appointments.get(self.agent.org_id, appointment_id)
        assert found is not None
        return found.uid

    def host(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the host does in Cal.com."""
        headers = {"Authorization": f"Bearer {SANDBOX_KEY}", "cal-api-version": "2024-08-13"}
        answer = requests.post(f"{self.sandbox.url}/v2/bookings/{path}", json=body, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return dict(answer.json()["data"])

    def end_of_pause(self) -> None:
        """As if SWEEP_SECONDS were over. A sweep under way would set the next turn itself: it is let finish first."""
        over = sweeps.update().where(sweeps.c.lease_until.is_(None))
        over = over.values(next_at=self.account.created_at, published_at=None)
        eventually(lambda: self._change(over), what="it is enrolled, and no sweep is under way")

    def end_of_leases(self) -> None:
        """As if the time were over for which a worker holds a notice."""
        assert self._change(
            notices.update().where(notices.c.lease_until.is_not(None)).values(lease_until=self.account.created_at)
        )

    def held(self) -> int:
        """How many notices a worker has at hand."""
        return self._count(notices.c.lease_until.is_not(None))

    def waiting(self) -> int:
        return self._count(notices.c.finished_at.is_(None))

    def _count(self, condition: ColumnElement[bool]) -> int:
        with self.database.reading_unit() as unit:
            found = select(func.count()).where(notices.c.account_id == self.account.id, condition)
            return int(unit._connection.scalar(found) or 0)

    def _change(self, statement: Update) -> int:
        with self.database.unit() as unit:
            changed = unit._connection.execute(statement.where(statement.table.c.account_id == self.account.id))
            unit.commit()
        return rows_changed(changed)

    def raised(self, appointment_id: str, source: str = "calcom") -> list[str]:
        """Names of the events about the appointment itself, oldest first."""
        with self.database.reading_unit() as unit:
            deliveries = unit.deliveries.search(DeliveryFilter(org_id=self.agent.org_id, limit=500))
            events = [unit.deliveries.event(each.event_id) for each in deliveries]
        told = sorted((event for event in events if event is not None), key=lambda event: event.occurred_at)
        ours = (event for event in told if event.appointment_id == appointment_id)
        return [event.name.value for event in ours if event.data.get("source") == source]

    def send(self, raw: bytes, signature: str, account_id: str = "") -> requests.Response:
        url = f"{self.stack.url}/api/v1/calcom/webhooks/{account_id or self.account.id}"
        headers = {"X-Cal-Signature-256": signature, "Content-Type": "application/json"}
        return requests.post(url, data=raw, headers=headers, timeout=20)

    def sign(self, raw: bytes) -> str:
        hook = self.stack.operators.show_hook(self.account.id)
        assert hook is not None
        return hmac.new(hook.secret.encode(), raw, hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def site(stack: Stack, sandbox: SandboxProcess) -> Iterator[Site]:
    site = Site(stack, sandbox)
    yield site
    site.database.dispose()


@pytest.fixture(autouse=True)
def _no_faults_of_others(calm: SandboxProcess) -> None:
    """What a test did not use up of its faults would meet the next one."""


@pytest.fixture
def hooked(site: Site) -> Iterator[Site]:
    site.stack.operators.connect_hook(site.account.id)
    yield site
    site.stack.operators.disconnect_hook(site.account.id)


def test_a_booking_moved_and_cancelled_in_cal_com_shows_here_by_hook(hooked: Site) -> None:
    ours = hooked.book()
    start = free_time()
    hooked.host(f"{hooked.uid(ours)}/reschedule", {"start": utc(start), "reschedulingReason": "host is ill"})
    eventually(lambda: hooked.look(ours) == ("accepted", utc(start), 2), within=10, what="moved here too")
    hooked.host(f"{hooked.uid(ours)}/cancel", {"cancellationReason": "closed"})
    eventually(lambda: hooked.look(ours)[0] == "cancelled", within=10, what="cancelled here too")
    assert hooked.raised(ours) == ["appointment.rescheduled", "appointment.cancelled"]
    assert {entry["status"] for entry in hooked.sandbox.journal("delivery")} == {204}


def test_with_hooks_switched_off_it_shows_by_sweep(site: Site) -> None:
    assert site.sandbox.state()["webhooks"] == []
    ours = site.book()
    start = free_time()
    site.host(f"{site.uid(ours)}/reschedule", {"start": utc(start), "reschedulingReason": "host is ill"})
    site.end_of_pause()
    eventually(lambda: site.look(ours) == ("accepted", utc(start), 2), within=20, what="moved here too")
    site.host(f"{site.uid(ours)}/cancel", {"cancellationReason": "closed"})
    site.end_of_pause()
    eventually(lambda: site.look(ours)[0] == "cancelled", within=20, what="cancelled here too")
    assert site.raised(ours) == ["appointment.rescheduled", "appointment.cancelled"]


def test_what_ringbook_does_itself_raises_nothing_a_second_time(hooked: Site) -> None:
    ours, start = hooked.book(), free_time()
    moved = hooked.stack.manage(hooked.agent, action="reschedule", appointment_id=ours, appointment_datetime=start)
    cancelled = hooked.stack.manage(hooked.agent, action="cancel", appointment_id=ours)
    assert (moved.status_code, cancelled.status_code) == (200, 200)
    eventually(lambda: hooked.waiting() == 0, within=20, what="all notices handled")
    assert (hooked.look(ours), hooked.raised(ours)) == (("cancelled", utc(start), 2), [])
    ourselves = ["appointment.booked", "appointment.rescheduled", "appointment.cancelled"]
    assert hooked.raised(ours, "ringbook") == ourselves


def test_forged_replayed_and_reordered_hooks_change_nothing(hooked: Site) -> None:
    ours = hooked.book()
    before = hooked.look(ours)
    raw = said("BOOKING_CANCELLED", hooked.uid(ours))
    forged = hooked.send(raw, hmac.new(b"guess", raw, hashlib.sha256).hexdigest())
    unknown = hooked.send(raw, hooked.sign(raw), account_id="0b0a6a3e-57e4-4d5c-9b3a-0c1f5f0e7b11")
    assert (forged.status_code, forged.content) == (unknown.status_code, unknown.content)
    assert forged.status_code == 403
    for _ in range(3):
        assert hooked.send(raw, hooked.sign(raw)).status_code == 204
    for trigger in ("BOOKING_REJECTED", "BOOKING_RESCHEDULED", "PING", "BOOKING_CREATED"):
        late = said(trigger, hooked.uid(ours))
        assert hooked.send(late, hooked.sign(late)).status_code == 204
    eventually(lambda: hooked.waiting() == 0, within=20, what="all notices handled")
    assert (hooked.look(ours), hooked.raised(ours)) == (before, [])


def test_a_worker_killed_while_handling_leaves_it_to_the_next(hooked: Site) -> None:
    ours = hooked.book()
    eventually(lambda: hooked.waiting() == 0, within=20, what="the echo of the booking is handled")
    slow = {"fault": "slow", "value": "5", "match": {"method": "GET", "path": "/v2/bookings/"}}
    hooked.sandbox.faults([slow])
    hooked.host(f"{hooked.uid(ours)}/cancel", {"cancellationReason": "closed"})
    eventually(lambda: hooked.held() == 1, within=10, what="a worker handles it")
    hooked.stack.kill("worker", signal.SIGKILL)
    assert hooked.look(ours)[0] == "accepted"
    hooked.stack.start("worker")
    hooked.end_of_leases()
    eventually(lambda: hooked.look(ours)[0] == "cancelled", within=60, what="handled by the next worker")
    assert hooked.raised(ours) == ["appointment.cancelled"]


def test_a_write_without_an_answer_is_found_out_sooner_than_by_looking(hooked: Site) -> None:
    """The looks 1, 3 and 7 s after the write fail; the next one would come at 15 s."""
    failing = {"fault": "server_error", "match": {"method": "GET", "path": "/v2/bookings"}, "times": 3}
    hooked.sandbox.faults([{"fault": "cut_after_commit", "match": {"method": "POST"}}, failing])
    headers = {"Prefer": "respond-async"}
    asked = hooked.stack.manage(hooked.agent, headers, action="book", appointment_datetime=free_time(), **CALLER)
    data = hooked.stack.poll(asked.json()["data"]["status_url"], wait=40)

    took = datetime.fromisoformat(data["finished_at"]) - datetime.fromisoformat(data["created_at"])
    assert (data["status"], took < timedelta(seconds=14)) == (Status.SUCCEEDED, True), took
    assert "job_woken" in hooked.stack.log("worker")


def said(trigger: str, uid: str) -> bytes:
    """What a hook says, with a start that is not the booking's."""
    payload = {"uid": uid, "startTime": "2035-01-01T10:00:00Z", "status": "CANCELLED"}
    return json.dumps({"triggerEvent": trigger, "createdAt": "2026-01-01T00:00:00Z", "payload": payload}).encode()
