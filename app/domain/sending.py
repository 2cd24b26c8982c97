"""What is sent to an endpoint and what comes back, and the port through which that happens."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from app.domain.events import Event

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets of Standard Webhooks begin with
SECRET_BYTES = 32  # https://www.standardwebhooks.com asks for 24 to 64


def new_endpoint_secret() -> str:
    """What one endpoint's deliveries are signed with, as its owner gets to see it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request to an endpoint: `id` is the event's on every try, `sent_at` that of this one."""

    id: str
    sent_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one request. `code` is empty where the endpoint answered 2xx, and else says why not.

    `response` is the beginning of the answer, `retry_after` the seconds it asked to be left alone.
    """

    http_status: int | None = None
    code: str = ""
    response: str = field(default="", repr=False)
    retry_after: float | None = None
    duration_ms: int = 0

    @property
    def is_success(self) -> bool:
        return not self.code


class TargetError(Exception):
    """Nothing may be sent to this address; `code` is for machines, the text for whoever registered it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Sender(Protocol):
    def check(self, url: str) -> None:
        """Raises TargetError where nothing may be sent there, as things are now."""
        ...

    def send(self, url: str, message: Message, secrets: Sequence[str]) -> Receipt:
        """One request, signed with every secret; never raises for what the other side does or is."""
        ...


def body_of(event: Event) -> bytes:
    """The envelope of Standard Webhooks; the same bytes on every try."""
    moment = event.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    envelope = {"type": event.name.value, "timestamp": moment, "data": event.data}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
