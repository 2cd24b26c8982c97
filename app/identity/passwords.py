"""Passwords as argon2id hashes."""

from __future__ import annotations

from functools import cached_property
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4
"""Hashes made at a time in one process, which needs the memory for all of them; more have to wait."""


class Argon2Passwords:
    """Fulfils the port Passwords. The costs are argon2-cffi's own (RFC 9106, low memory): some 50 ms and 64 MiB."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = Semaphore(AT_ONCE)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash("nobody's")

    def hash(self, password: str) -> str:
        with self._room:
            return self._hasher.hash(password)

    def fits(self, password: str, password_hash: str) -> bool:
        try:
            with self._room:
                return self._hasher.verify(password_hash or self._decoy, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False
