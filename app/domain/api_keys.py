"""The keys by which providers reach their side of the API: how one looks, what is kept of it, and what it opens."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.errors import ForbiddenError
from app.domain.identifiers import new_secret
from app.domain.paging import WHOLE, Span

PREFIX, ADMIN_PREFIX = "rbk_", "rbk_admin_"
"""Tell a person, and a scanner for leaked secrets, what was found."""

SHAPE = re.compile(r"rbk_(admin_)?[0-9a-hjkmnp-tv-z]{32}\Z")

NOTED_EVERY = timedelta(minutes=1)
"""How exact `last_used_at` is: to write it down at each request would cost more than the request."""


def new_api_key(*, admin: bool) -> str:
    """A key with 160 random bits in it."""
    return new_secret(ADMIN_PREFIX if admin else PREFIX)


def hash_of(api_key: str) -> str:
    """All that is stored of a key: its SHA-256. No salt: keys are long and random, not chosen by people."""
    return hashlib.sha256(api_key.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a key opens: one organization or, where `org_id` is None, all of them and what is above them (admin)."""

    org_id: str | None

    @property
    def is_admin(self) -> bool:
        return self.org_id is None

    def covers(self, org_id: str) -> bool:
        return self.org_id in {None, org_id}

    def check(self, org_id: str) -> None:
        """Raises ForbiddenError for another organization, whether there is one of that id or not."""
        if not self.covers(org_id):
            raise ForbiddenError


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key as it is kept. `ends_with` holds its last four characters, by which its owner recognises it.

    `last_used_at` may lag behind by a minute. Once revoked or expired, a key opens nothing for good.
    """

    id: str
    scope: Scope
    name: str
    key_hash: str = field(repr=False)
    ends_with: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def opens(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def use_is_noted(self, now: datetime) -> bool:
        return self.last_used_at is not None and now < self.last_used_at + NOTED_EVERY


class ApiKeyStore(Protocol):
    def add(self, api_key: ApiKey) -> None: ...

    def get(self, key_id: str) -> ApiKey | None: ...

    def by_hash(self, key_hash: str) -> ApiKey | None: ...

    def all(self, org_id: str | None = None, span: Span = WHOLE) -> list[ApiKey]:
        """In the order of their making: every key, or those of one organization."""
        ...

    def revoke(self, key_id: str, *, now: datetime) -> bool:
        """False where it was revoked before, or there is none."""
        ...

    def note_use(self, key_id: str, *, now: datetime) -> bool:
        """False where its use was noted within the last minute."""
        ...
