"""When two requests are the same request: voice platforms and language models send one booking several times."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, timedelta

from app.domain.appointments import Book, Cancel, Reschedule

WITH_KEY = timedelta(hours=24)
WITHOUT_KEY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`key` is unique among requests that hold; `fingerprint` tells a reused key from a repeat."""

    key: str
    fingerprint: str
    lasts: timedelta
    explicit: bool


def identify(command: Book | Reschedule | Cancel, *, org_id: str, agent_id: str, idempotency_key: str = "") -> Identity:
    """A header or tool-call id decides; without one, what is asked for whom (spelling of name and notes ignored)."""
    fingerprint = _digest(org_id, agent_id, *_substance(command))
    if idempotency_key:
        return Identity(
            key="k:" + _digest(org_id, agent_id, idempotency_key),
            fingerprint=fingerprint,
            lasts=WITH_KEY,
            explicit=True,
        )
    lasts = WITH_KEY if command.call_session_id else WITHOUT_KEY
    key = "n:" + _digest(org_id, agent_id, command.call_session_id, *_substance(command))
    return Identity(key=key, fingerprint=fingerprint, lasts=lasts, explicit=False)


def is_explicit(key: str) -> bool:
    """True for a key the client chose itself."""
    return key.startswith("k:")


def _substance(command: Book | Reschedule | Cancel) -> tuple[str, ...]:
    match command:
        case Book(attendee=attendee, starts_at=starts_at):
            contact = attendee.email or attendee.phone
            return ("book", contact, starts_at.astimezone(UTC).isoformat())
        case Reschedule(appointment_id=appointment_id, starts_at=starts_at):
            return ("reschedule", appointment_id, starts_at.astimezone(UTC).isoformat())
        case Cancel(appointment_id=appointment_id):
            return ("cancel", appointment_id)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
