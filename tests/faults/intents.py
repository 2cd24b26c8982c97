"""What callers want and what they heard: the client's side of the ledger."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.appointments import Action
from app.domain.jobs import Command, Job

NO = frozenset({400, 404, 409, 422})
"""Statuses that tell a caller it was not done. 502 is told apart by the job's own result, the others are no answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer: `status` 0 where none came."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def accepted(self) -> bool:
        return self.status in {200, 202}

    @property
    def yes(self) -> bool:
        return self.status == 200 and self.body.get("success") is True

    @property
    def no(self) -> bool:
        return self.status in NO

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.body.get("data") or {})


@dataclass(slots=True, eq=False)
class Intent:
    """One wish of one caller, however often it is sent. For a booking `email` is the caller's alone."""

    action: Action
    number: int
    name: str = ""
    email: str = ""
    phone: str = ""
    starts_at: datetime | None = None
    appointment_id: str = ""
    session: str = ""
    heard: list[Heard] = field(default_factory=list)
    sent: int = 0
    accepted_unheard: bool = False

    @property
    def accepted(self) -> bool:
        return self.accepted_unheard or any(answer.accepted for answer in self.heard)

    def is_meant_by(self, job: Job) -> bool:
        return job.action is self.action and self.key == key_of(job.command, job.appointment_id)

    @property
    def key(self) -> tuple[str, ...]:
        at = self.starts_at.isoformat() if self.starts_at else ""
        return (self.action, self.email.lower() or self.appointment_id, at)


def key_of(command: Command, appointment_id: str) -> tuple[str, ...]:
    """What makes two requests one intent, as the job table sees it."""
    attendee = getattr(command, "attendee", None)
    starts_at = getattr(command, "starts_at", None)
    who = attendee.email.lower() if attendee else appointment_id
    return (command.action, who, starts_at.isoformat() if starts_at else "")


class Notebook:
    """Every intent of one scenario. Names, addresses and numbers carry a mark that may stand in no log."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.intents: list[Intent] = []
        self.texts: list[str] = []
        self._lock = threading.Lock()

    def wants_booking(self, starts_at: datetime, *, session: str = "") -> Intent:
        with self._lock:
            number = len(self.intents) + 1
            intent = Intent(
                Action.BOOK,
                number,
                name=f"{self.mark} Caller{number}",
                email=f"{self.mark}.{number}@example.com",
                phone=f"+1415777{number % 10_000:04d}",
                starts_at=starts_at,
                session=session,
            )
            self.intents.append(intent)
        return intent

    def wants_change(self, appointment_id: str, starts_at: datetime | None = None, *, session: str = "") -> Intent:
        """To move the appointment to `starts_at`, or without one to cancel it."""
        action = Action.RESCHEDULE if starts_at else Action.CANCEL
        with self._lock:
            intent = Intent(
                action,
                len(self.intents) + 1,
                starts_at=starts_at,
                appointment_id=appointment_id,
                session=session,
            )
            self.intents.append(intent)
        return intent

    def note(self, intent: Intent, status: int, body: dict[str, Any], began: float) -> Heard:
        heard = Heard(status, body, time.monotonic() - began)
        with self._lock:
            intent.heard.append(heard)
        return heard

    def note_text(self, text: str) -> None:
        """An answer that has to do with no wish."""
        with self._lock:
            self.texts.append(text)

    def errors(self) -> list[str]:
        """All that was said to callers but "yes" and "still confirming"."""
        heard = (answer for intent in self.intents for answer in intent.heard if not answer.accepted)
        return [*self.texts, *(json.dumps(answer.body) for answer in heard)]

    def note_sent(self, intent: Intent) -> None:
        with self._lock:
            intent.sent += 1

    @property
    def requests(self) -> int:
        return sum(intent.sent for intent in self.intents)
