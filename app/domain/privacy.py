"""Whose data is erased, and what stays in its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

ERASED = "[erased]"
"""In place of a name; what else was personal is left empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as one organization knows them: by any of these e-mail addresses and phone numbers."""

    org_id: str
    contacts: frozenset[str] = field(repr=False)


class PersonalData(Protocol):
    """All places where personal data is kept. What was erased once is not counted again."""

    def open_jobs_of(self, person: Person) -> list[str]: ...

    def count_of(self, person: Person) -> dict[str, int]: ...

    def erase_of(self, person: Person, *, now: datetime) -> dict[str, int]:
        """Of what is final; rows changed, by place."""
        ...

    def count_over(self, before: datetime) -> dict[str, int]: ...

    def erase_over(self, before: datetime, *, now: datetime, limit: int) -> dict[str, int]:
        """Of what has been over since before, at most `limit` rows of each place."""
        ...


class ContactSeal(Protocol):
    """Makes an e-mail address or phone number fit for a URL, which is kept in logs and histories."""

    def seal(self, contact: str) -> str: ...

    def unseal(self, token: str) -> str | None:
        """None for a token that is not ours."""
        ...


def target_hash(entry_id: str, contacts: Iterable[str]) -> str:
    """Who was meant, for the record. scrypt, salted with the entry: phone numbers are few enough to try out."""
    person = "\n".join(sorted(contacts)).encode()
    return hashlib.scrypt(person, salt=entry_id.encode(), n=2**14, r=8, p=1, dklen=32).hex()
