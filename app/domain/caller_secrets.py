"""The secret by which an organization's own voice platform shows that a request is its own."""

from __future__ import annotations

import hashlib
import hmac


def hash_of(secret: str) -> str:
    """What is stored of a caller secret: its SHA-256. No salt: secrets are long and random, not chosen by people."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_verified(secret_hash: str, secret: str) -> bool:
    """Compares in constant time; without a secret set nobody is verified."""
    return bool(secret_hash) and hmac.compare_digest(secret_hash, hash_of(secret))
