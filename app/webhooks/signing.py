"""Signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, time and the very bytes that are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from app.domain.sending import SECRET_PREFIX, Message


def signed_headers(message: Message, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of the standard; one signature for each secret, so that receivers may change theirs in time."""
    timestamp = str(int(message.sent_at.timestamp()))
    signed = b".".join((message.id.encode(), timestamp.encode(), message.body))
    return {
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
