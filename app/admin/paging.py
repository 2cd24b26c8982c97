"""Where a list goes on, as its links say it."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.paging import Place
from app.services.named import refused

PAGE = 50
"""Rows on a page."""


def place_text(place: Place | None) -> str:
    """Empty for none."""
    return f"{place.at.isoformat()}~{place.id}" if place else ""


def read_place(text: str) -> Place | None:
    """None for nothing. Raises RefusedError for what no link of ours says."""
    if not text:
        return None
    moment, _, name = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise refused("after", "It is not where a list goes on.") from None
    if at.utcoffset() != timedelta(0) or not name:
        raise refused("after", "It is not where a list goes on.")
    return Place(at=at, id=name)
