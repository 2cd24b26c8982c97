"""A slot cache that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class PassingCache:
    """No cache at all, but it remembers what it was told."""

    told: list[tuple[str, datetime]] = field(default_factory=list)

    def openings(
        self,
        _account: str,
        _type: int,
        start: datetime,
        end: datetime,
        load: Callable[..., list[datetime]],
        *,
        refresh: Callable[..., list[datetime]] | None = None,
    ) -> list[datetime]:
        return load(start, end)

    def known(
        self, _account: str, _type: int, _start: datetime, _end: datetime, _refresh: Callable[..., list[datetime]]
    ) -> list[datetime] | None:
        return None

    def taken(self, _account: str, _type: int, start: datetime, _end: datetime) -> None:
        self.told.append(("taken", start))

    def freed(self, _account: str, _type: int, start: datetime, _end: datetime) -> None:
        self.told.append(("freed", start))

    def reserve(self, _account: str, _type: int, _start: datetime, end: datetime) -> None:
        self.told.append(("reserved", end))

    def release(self, _account: str, _type: int, _start: datetime, end: datetime) -> None:
        self.told.append(("released", end))

    def forget(self, _account: str, _type: int, around: datetime) -> None:
        self.told.append(("forget", around))
