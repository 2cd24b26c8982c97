"""How much callers may ask of us: what is counted, in which time, and who keeps the count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Counted(StrEnum):
    """What a limit counts."""

    ADDRESS = "address"  # requests of one client address
    ORGANIZATION = "organization"  # requests that name one organization
    CONTACT = "contact"  # changes for one e-mail address or phone number, or of one appointment
    FAILURES = "failures"  # guesses and wrong secrets of one client address at one organization
    SIGN_INS = "sign_ins"  # wrong passwords of one client address at the desk
    ALL_FAILURES = "all_failures"  # those of one client address, wherever they were aimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` in any `window`; 0 for no limit."""

    most: int
    window: timedelta


LimitTable = Mapping[Counted, Limit]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is counted. The parts of its name may be personal: they are kept only as a keyed hash."""

    counted: Counted
    parts: tuple[str, ...] = field(repr=False)


def subject(counted: Counted, *parts: str) -> Subject:
    return Subject(counted, parts)


class Limits(Protocol):
    """Counts in sliding windows, shared by all processes. Never raises, never waits longer than some milliseconds."""

    def take(self, subjects: Sequence[Subject], *, heeding: Sequence[Subject] = ()) -> float:
        """Count one for each of `subjects` and return 0.0 if all of them, and of `heeding`, have room for it.

        Else nothing is counted, and the answer is in how many seconds there will be room.
        """
        ...


class Unlimited:
    """Limits that nobody reaches, for tools and tests."""

    def take(self, _subjects: Sequence[Subject], *, heeding: Sequence[Subject] = ()) -> float:
        return 0.0
