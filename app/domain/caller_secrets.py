"""The secrets by which an organization's own voice platform shows that a request is its own, and the proof it sends.

Shared: the secret itself comes along as X-Caller-Secret. Signing: it never travels; X-Caller-Signature is
`v1=` and the hexadecimal HMAC-SHA256 of `<X-Caller-Timestamp>.<body>`, or of `<timestamp>.<Idempotency-Key>.<body>`
where that header is sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

TOLERANCE = timedelta(minutes=5)
"""How far a signature's timestamp may be from now. The same request again within it is one request (`dedupe`)."""

VERSION = "v1="
_UNIX_TIME = re.compile(r"[0-9]{1,12}")


class SecretKind(StrEnum):
    """What is done with the secret."""

    SHARED = "shared"
    SIGNING = "signing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSecret:
    """One secret of an organization; during a rotation there are two of a kind, and the older one has an end.

    `kept` is the SHA-256 of a shared secret (no salt: it is long and random), and a signing secret itself.
    """

    id: str
    org_id: str
    kind: SecretKind
    created_at: datetime
    kept: str = field(repr=False)
    ends_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


class CallerSecretStore(Protocol):
    """The secrets of verified callers."""

    def of_organization(self, org_id: str) -> list[CallerSecret]: ...

    def save(self, secret: CallerSecret) -> None: ...

    def remove(self, org_id: str, secret_id: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a request carries to show whose it is: the headers as they came, and the body they sign."""

    secret: str = field(default="", repr=False)
    timestamp: str = ""
    signature: str = field(default="", repr=False)
    idempotency_key: str = ""
    body: bytes = field(default=b"", repr=False)


NO_PROOF = Proof()


def hash_of(secret: str) -> str:
    """What is kept of a shared secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def signature_of(secret: str, timestamp: str, body: bytes, *, idempotency_key: str = "") -> str:
    """The header X-Caller-Signature."""
    said = [timestamp, idempotency_key] if idempotency_key else [timestamp]
    signed = ".".join([*said, ""]).encode(errors="replace") + body
    return VERSION + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_proven(proof: Proof, secrets: Iterable[CallerSecret], now: datetime) -> bool:
    """Compares in constant time, with every secret that holds."""
    fits = [_fits(proof, secret, now) for secret in secrets if secret.holds(now)]  # none is left out for an earlier fit
    return any(fits)


def _fits(proof: Proof, secret: CallerSecret, now: datetime) -> bool:
    if secret.kind is SecretKind.SHARED:
        return hmac.compare_digest(secret.kept, hash_of(proof.secret))
    expected = signature_of(secret.kept, proof.timestamp, proof.body, idempotency_key=proof.idempotency_key)
    same = hmac.compare_digest(expected.encode(), proof.signature.encode(errors="replace"))
    return same and _is_recent(proof.timestamp, now)


def _is_recent(timestamp: str, now: datetime) -> bool:
    return bool(_UNIX_TIME.fullmatch(timestamp)) and abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
