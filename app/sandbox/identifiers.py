"""Identifiers in the forms Cal.com gives them: short uids for bookings, UUIDs for the rest."""

import secrets
import uuid

_LETTERS = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


def short_uid() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(22))


def long_uid() -> str:
    return str(uuid.uuid4())
