"""What the use cases need of the database to hear of events, as protocols; `app.storage` fulfils them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.notices import Hook, Notice, Sweep, SweepStanding


class NoticeStore(Protocol):
    """The inbox. Every change is conditional; a method that returns False or None changed nothing."""

    def add(self, notice: Notice) -> bool:
        """False if the account was told the very same before (the unique index decides)."""
        ...

    def claim(self, notice_id: str, *, now: datetime, lease_until: datetime) -> Notice | None:
        """Take a notice that is due, or whose lease ran out: fence and attempts + 1, in the latter case crashes too."""
        ...

    def postpone(self, notice: Notice, *, at: datetime) -> bool: ...

    def finish(self, notice: Notice, *, now: datetime, outcome: str) -> bool: ...

    def due(self, *, now: datetime, unpublished_since: datetime, limit: int) -> list[str]:
        """Ids, longest waiting first, of those no worker was told of since then."""
        ...

    def mark_published(self, notice_ids: Sequence[str], *, now: datetime | None) -> None:
        """When workers were told of them; None: the messages came to nothing, so again at once."""
        ...

    def prune(self, *, finished_before: datetime, limit: int) -> int:
        """Delete notices that were done with before; returns how many."""
        ...


class HookStore(Protocol):
    """One hook an account at most; its secrets are encrypted before they are stored."""

    def get(self, account_id: str) -> Hook | None:
        """Takes as long where there is none. Raises KeyUnreadableError."""
        ...

    def save(self, hook: Hook) -> None: ...

    def remove(self, account_id: str) -> bool: ...

    def rotate_keys(self) -> int:
        """Encrypt every secret anew with the first of the secret keys; returns of how many hooks."""
        ...


class SweepStore(Protocol):
    """When each account is looked through next, and from where on."""

    def enroll(self, *, next_at: datetime, since: datetime) -> int:
        """Give every account that has a key and no turn yet its first one; returns how many."""
        ...

    def due(self, *, now: datetime, unpublished_since: datetime, limit: int) -> list[str]:
        """Ids of accounts whose turn it is, longest waiting first."""
        ...

    def mark_published(self, account_ids: Sequence[str], *, now: datetime | None) -> None:
        """As with notices."""
        ...

    def standing(self, account_id: str) -> SweepStanding | None:
        """None for an account that has had no turn yet."""
        ...

    def claim(self, account_id: str, *, now: datetime, lease_until: datetime) -> Sweep | None: ...

    def finish(
        self, sweep: Sweep, *, swept_until: datetime, failures: int, next_at: datetime, trouble: str = ""
    ) -> bool:
        """Only while the sweep is still ours (its fence)."""
        ...

    def start_afresh(self, account_id: str) -> None:
        """Its key is another one: what went wrong before is forgotten, and it is its turn now."""
        ...
