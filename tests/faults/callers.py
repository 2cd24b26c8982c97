"""Callers of the service: they ask, ask again, ask in other words, and write down what they heard."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

import requests

from app.domain.appointments import Action
from app.domain.directory import Agent
from tests.faults.intents import Heard, Intent, Notebook
from tests.faults.site import Site
from tests.support.stack import MANAGE
from tests.support.waiting import eventually

PATIENCE = 40.0
FOR_ALL, FOR_EACH = 300.0, 3.0
"""Seconds that many calls may take together, and for each of them on top."""

TELL_EVERY = 30.0

SILENT = frozenset({0, 500, 502, 503})
STATUSES = {"SLOT_UNAVAILABLE": 422, "CONFLICT": 409, "NOT_FOUND": 404, "INVALID_REQUEST": 400}
"""What a polled refusal would have been as an answer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Speaks for one agent. Every method notes what it heard."""

    site: Site
    notebook: Notebook
    agent: Agent

    def send(
        self, intent: Intent, *, wait: float = 5.0, spelling: int = 0, headers: dict[str, str] | None = None
    ) -> Heard:
        """One request, and its answer; `spelling` above 0 says the same in other words."""
        began = time.monotonic()
        self.notebook.note_sent(intent)
        try:
            reply = requests.post(
                self.site.crew.url + MANAGE,
                json={"agent_id": self.agent.id, "org_id": self.agent.org_id, **fields(intent, spelling)},
                headers={"Prefer": f"wait={wait}", **(headers or {})},
                timeout=PATIENCE,
            )
            return self.notebook.note(intent, reply.status_code, reply.json(), began)
        except (requests.RequestException, ValueError):
            return self.notebook.note(intent, 0, {}, began)

    def drop(self, intent: Intent) -> Heard:
        """Accepted and left alone: nobody waits for the answer."""
        return self.send(intent, headers={"Prefer": "respond-async"})

    def insist(self, intent: Intent, *, within: float = 60.0, wait: float = 5.0) -> Heard:
        """Ask until something other than silence or a fault of the server comes, as voice platforms and people do."""

        def asked() -> Heard | None:
            heard = self.send(intent, wait=wait)
            return heard if heard.status not in SILENT else None

        try:
            return eventually(asked, within=within, every=0.3)
        except AssertionError:
            return intent.heard[-1]

    def follow(self, intent: Intent, *, within: float = 60.0, wait: float = 5.0) -> Heard:
        """Ask and poll until the answer is final."""
        heard = self.insist(intent, within=within, wait=wait)
        url = heard.data.get("status_url")
        return self.poll(intent, str(url), within=within) if url else heard

    def poll(self, intent: Intent, url: str, *, within: float) -> Heard:
        began = time.monotonic()

        def looked() -> Heard | None:
            try:
                data = requests.get(url, params={"wait": 5}, timeout=PATIENCE).json().get("data") or {}
            except (requests.RequestException, ValueError):
                return None
            if not data.get("final"):
                return None
            answer = data["answer"]
            status = 200 if answer.get("success") else STATUSES.get(answer["error"]["code"], 502)
            return self.notebook.note(intent, status, answer, began)

        try:
            return eventually(looked, within=within, every=0.2)
        except AssertionError:
            return intent.heard[-1]

    def book(self, *, session: str = "") -> Intent:
        """A booking nobody has asked for yet, sent by nobody yet."""
        return self.notebook.wants_booking(next(self.site.diary), session=session)

    def booked(self) -> str:
        """Make an appointment in calm weather, and give its id."""
        heard = self.follow(self.book())
        if not heard.yes:
            raise AssertionError(f"the first booking failed: {heard.status} {heard.body}")
        return str(heard.data["appointment_id"])

    def live_through(self, dice: random.Random) -> None:
        """Book, and then perhaps move, and then perhaps cancel."""
        heard = self.follow(self.book(), within=120)
        appointment_id = str(heard.data.get("appointment_id", ""))
        if not heard.yes:
            return
        if dice.random() < 0.4:
            self.follow(self.notebook.wants_change(appointment_id, next(self.site.diary)), within=120)
        if dice.random() < 0.3:
            self.follow(self.notebook.wants_change(appointment_id), within=120)


def fields(intent: Intent, spelling: int) -> dict[str, Any]:
    """The request's body: the same wish in four spellings of time, name, address and notes."""
    said: dict[str, Any] = {"action": intent.action.value}
    if intent.starts_at is not None:
        zone = timezone(timedelta(hours=(0, -5, 1, 9)[spelling % 4]))
        said["appointment_datetime"] = intent.starts_at.astimezone(zone).isoformat()
    if intent.session:
        said["call_session_id"] = intent.session
    if intent.action is Action.BOOK:
        said["name"] = intent.name.upper() if spelling else intent.name
        said["email"] = intent.email.title() if spelling else intent.email
        said["phone"] = intent.phone
        said["notes"] = f"{intent.name} says it another way, {spelling}" if spelling else f"Notes of {intent.name}"
    else:
        said["appointment_id"] = intent.appointment_id
    return said


def all_at_once(calls: Iterable[Callable[[], Any]], *, threads: int = 16) -> Crowd:
    """Start the calls in threads; the main thread stays free to break things meanwhile."""
    return Crowd(list(calls), threads)


class Crowd:
    """Calls that go on in threads. The more they are, the more patience they get."""

    def __init__(self, calls: list[Callable[[], Any]], threads: int) -> None:
        self.patience = FOR_ALL + FOR_EACH * len(calls)
        self._began = self._told = time.monotonic()
        self._pool = ThreadPoolExecutor(max_workers=min(threads, max(1, len(calls))))
        self._futures: list[Future[Any]] = [self._pool.submit(call) for call in calls]

    def is_over(self) -> bool:
        """Says now and then how far they are."""
        left, now = sum(not future.done() for future in self._futures), time.monotonic()
        if left and now - self._told > TELL_EVERY:
            self._told = now
            print(f"    {len(self._futures) - left} of {len(self._futures)} calls after {now - self._began:.0f} s")
        return left == 0

    def results(self) -> list[Any]:
        """Of all calls, in order. Raises AssertionError where they take too long."""
        try:
            eventually(self.is_over, within=self.patience, what="the callers come to an end")
            return [future.result() for future in self._futures]
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
