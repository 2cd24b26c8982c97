"""What an answer tells about how fast Cal.com may be asked: its rate-limit headers, and signs that it is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.domain.traffic import Sample

SHORTEST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds; Cal.com blocks a key for 60 s once it is over its rate. A wait of nothing would only knock again at once."""


def sample_of(status: int, headers: Mapping[str, str], seconds: float) -> Sample:
    """`headers` with names in lower case; `seconds` is how long the answer took."""
    return Sample(
        failed=status >= 500 or status == 408,
        seconds=seconds,
        closed_for=wait_of(headers) if status == 429 else 0.0,
        limit=_number(headers, "x-ratelimit-limit") or 0,
        remaining=_number(headers, "x-ratelimit-remaining"),
        reset=min(_seconds(_values(headers, "x-ratelimit-reset")), LONGEST_WAIT),
    )


def wait_of(headers: Mapping[str, str]) -> float:
    """Retry-After if a proxy gave one, else the seconds left of Cal.com's own window, else the length of its block."""
    wait = _seconds([headers.get("retry-after", ""), *_values(headers, "x-ratelimit-reset")])
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _values(headers: Mapping[str, str], beginning: str) -> Iterator[str]:
    """Cal.com appends the name of the limit to each header's name (facts.md, section 11)."""
    return (value for name, value in headers.items() if name.startswith(beginning))


def _number(headers: Mapping[str, str], beginning: str) -> int | None:
    text = next(_values(headers, beginning), "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _seconds(values: Iterable[str]) -> float:
    for value in values:
        if re.fullmatch(r"\d{1,9}(\.\d+)?", value.strip()):
            return float(value)
        try:
            return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError, OverflowError):
            continue
    return LONGEST_WAIT
