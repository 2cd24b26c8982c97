"""Lists that are read page by page: each goes on behind the last row seen, whatever was added or removed before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row stands in its list: the time by which the list is ordered and, where two have the same, the id."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The part of a list to read: `limit` rows (None: all) behind the place `after` (None: from its beginning)."""

    limit: int | None = None
    after: Place | None = None


WHOLE = Span()
