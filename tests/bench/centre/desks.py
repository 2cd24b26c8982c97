"""What a caller can ask of whoever serves the call, and what is said back, in words all sides share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Told(StrEnum):
    DONE = "done"  # booked, moved or cancelled
    TAKEN = "taken"  # that time is not free
    FAILED = "failed"  # it could not be done, or not be taken on
    OPEN = "open"  # it is being confirmed: true, and not the end


@dataclass(frozen=True, slots=True)
class Said:
    """`handle` is the appointment where it is done, and where to ask again while it is open."""

    told: Told
    handle: str = ""
    openings: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str


class Desk(Protocol):
    """Never raises: a tool that fails says so, as a voice agent would repeat it."""

    def suggest(self, wish: datetime) -> tuple[datetime, ...] | None:
        """Free times near the wish; None where they could not be found out."""
        ...

    def book(self, person: Person, at: datetime) -> Said: ...

    def move(self, person: Person, handle: str, at: datetime) -> Said: ...

    def cancel(self, person: Person, handle: str) -> Said: ...

    def ask_again(self, said: Said) -> Said:
        """What has become of an open one; may hold the answer back for some seconds."""
        ...
