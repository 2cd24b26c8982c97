"""Encrypts contacts for URLs, under keys of its own made from the secret keys."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class FernetContactSeal:
    """The first secret key seals, each of them unseals. What is encrypted elsewhere with them does not fit here."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_key_of(secret)) for secret in secret_keys])

    def seal(self, contact: str) -> str:
        return self._fernet.encrypt(contact.encode()).decode("ascii")

    def unseal(self, token: str) -> str | None:
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            return None


def _key_of(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"contacts in URLs {secret}".encode()).digest())
