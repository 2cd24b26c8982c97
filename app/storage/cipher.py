"""Encrypts the Cal.com keys before they are stored, and lets the secret behind that be changed."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.domain.errors import KeyUnreadableError


class Cipher:
    """Fernet under several secret keys: the first one writes, every one reads. Never shows a key.

    `decoy` is something to decrypt where there is nothing.

    Raises ValueError for no keys, or one that is not 32 bytes in URL-safe base64.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in secret_keys])
        self.decoy = self.encrypt("")

    def encrypt(self, plain: str) -> str:
        return self._fernet.encrypt(plain.encode()).decode("ascii")

    def decrypt(self, stored: str) -> str:
        """Raises KeyUnreadableError where no secret key fits: with the right one back, nothing is lost."""
        try:
            return self._fernet.decrypt(stored).decode()
        except InvalidToken as error:
            raise KeyUnreadableError("a stored key was encrypted with a secret key that is not given") from error

    def rotate(self, stored: str) -> str:
        """The same plain text under the first secret key. Raises KeyUnreadableError as `decrypt` does."""
        try:
            return self._fernet.rotate(stored).decode("ascii")
        except InvalidToken as error:
            raise KeyUnreadableError("a stored key was encrypted with a secret key that is not given") from error
