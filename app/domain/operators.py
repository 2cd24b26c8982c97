"""Who may use the desk: operators, what their roles allow, their sessions, and how they come by a password."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """Each role may do what those before it may."""

    VIEWER = "viewer"  # looks
    OPERATOR = "operator"  # mends jobs, resends deliveries, takes callers to call back
    ADMIN = "admin"  # changes what is set up

    def covers(self, wanted: Role) -> bool:
        return _RANKS[self] >= _RANKS[wanted]


_RANKS = {role: rank for rank, role in enumerate(Role)}

IDLE = timedelta(minutes=30)
"""A session ends when nothing was asked under it for so long."""

LONGEST = timedelta(hours=12)
"""A session ends so long after signing in, whatever happens."""

NOTED_EVERY = timedelta(minutes=1)
"""How exact the last use of a session is."""

LINK_LASTS = timedelta(hours=24)

KEEP_TRIES = timedelta(days=1)
"""After so long without another one, wrong passwords are forgotten."""

FREE_TRIES = 4
"""Wrong passwords in a row that cost no wait: everybody mistypes."""

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
"""Characters. Longer ones would only cost us time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One person. `name` is what they sign in with: a word, or the e-mail address their identity provider knows.

    Without a `password_hash` they cannot sign in by password.
    """

    id: str
    name: str
    role: Role
    created_at: datetime
    password_hash: str = field(default="", repr=False)
    disabled_at: datetime | None = None
    signed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Wrong passwords for one name since the last right one, whether there is an operator of that name or not."""

    count: int = 0
    last_at: datetime

    def locked_until(self) -> datetime:
        """When the next password is looked at: the wait doubles with each try."""
        if self.count <= FREE_TRIES:
            return self.last_at
        doubled = min(self.count - FREE_TRIES - 1, 16)
        return self.last_at + min(FIRST_WAIT * (1 << doubled), LONGEST_WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in. `id` is the hash of what its cookie holds; `csrf` is what its forms send back."""

    id: str
    operator_id: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    address: str = ""
    browser: str = ""

    def lives(self, now: datetime) -> bool:
        return now < self.seen_at + IDLE and now < self.created_at + LONGEST

    def use_is_noted(self, now: datetime) -> bool:
        return now < self.seen_at + NOTED_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Lets who has it set the password of one operator, once. `id` is the hash of what it ends with."""

    id: str
    operator_id: str
    expires_at: datetime


def new_token() -> str:
    """256 random bits for a cookie, a link or a form, fit for a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """All that is stored of a token: no salt, tokens are long and random."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def fits(self, password: str, password_hash: str) -> bool:
        """Takes as long for an empty hash, which nothing fits."""
        ...


class OperatorStore(Protocol):
    """Operators, their sessions, links and wrong passwords. Methods that return False or None changed nothing."""

    def add(self, operator: Operator) -> bool:
        """False where there is one of that name (the unique index decides)."""
        ...

    def get(self, operator_id: str) -> Operator | None: ...

    def named(self, name: str) -> Operator | None: ...

    def all(self) -> list[Operator]:
        """By name."""
        ...

    def hold(self) -> None:
        """From now until the unit ends no other one changes an operator: for who saves what it read, and before it is
        read.
        """
        ...

    def save(self, operator: Operator) -> None: ...

    def note_sign_in(self, operator_id: str, *, now: datetime) -> None: ...

    def tries(self, name: str) -> Tries | None: ...

    def hold_tries(self, name: str, *, now: datetime) -> Tries:
        """The same, or a count of none: from now until the unit ends no other one notes a try for that name."""
        ...

    def note_try(self, name: str, *, now: datetime) -> None:
        """One more password that is wrong, or not known to be right yet."""
        ...

    def forget_tries(self, name: str) -> None: ...

    def begin_session(self, session: Session) -> None: ...

    def session(self, session_id: str) -> tuple[Session, Operator] | None: ...

    def note_use(self, session_id: str, *, now: datetime) -> None: ...

    def sessions_of(self, operator_id: str) -> list[Session]:
        """The one seen last first."""
        ...

    def end_session(self, session_id: str) -> bool: ...

    def end_sessions_of(self, operator_id: str) -> int: ...

    def prune(self, *, before: datetime) -> int:
        """Delete sessions last used, links that ran out, and tries made before then; returns how many."""
        ...

    def add_link(self, link: Link) -> None:
        """It takes the place of earlier links of the operator."""
        ...

    def link(self, link_id: str) -> Link | None: ...

    def use_link(self, link_id: str) -> bool:
        """True for the one who used it first."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderVisit:
    """Where to send a browser to be vouched for, and what its own cookie has to keep until it comes back."""

    url: str
    kept: dict[str, str] = field(repr=False)


class IdentityProvider(Protocol):
    """Who vouches for operators instead of a password (OpenID Connect). Raises SignInRefusedError."""

    @property
    def name(self) -> str:
        """How a person calls it."""
        ...

    def begin(self, return_url: str) -> ProviderVisit: ...

    def finish(self, returned: str, return_url: str, kept: Mapping[str, str]) -> str:
        """The verified e-mail address of who came back to the URL `returned`."""
        ...
