"""Whose data is erased, what stays in its place, and the record of it, which tells nobody's name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

ERASED = "[erased]"
"""In place of a name; what else was personal is left empty."""


class Deed(StrEnum):
    """What is recorded."""

    ERASE = "erase"  # one person's data
    PRUNE = "prune"  # everybody's, by age


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as one organization knows them: by any of these e-mail addresses and phone numbers."""

    org_id: str
    contacts: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, when and why. `counts` says per place how many rows were erased; `org_id` is empty for all.

    `target_hash` lets whoever knows the person show that they were meant, and nobody else find out who it was.
    """

    id: str
    at: datetime
    actor: str
    deed: Deed
    org_id: str = ""
    target_hash: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


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


class AuditStore(Protocol):
    """Entries are added, never taken away."""

    def save(self, entry: AuditEntry) -> None: ...

    def newest(self, *, limit: int, before: str | None = None) -> list[AuditEntry]: ...


def target_hash(entry_id: str, contacts: Iterable[str]) -> str:
    """scrypt, salted with the entry: phone numbers are few enough to try out any quick hash."""
    person = "\n".join(sorted(contacts)).encode()
    return hashlib.scrypt(person, salt=entry_id.encode(), n=2**14, r=8, p=1, dklen=32).hex()
