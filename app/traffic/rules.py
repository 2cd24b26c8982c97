"""The numbers of the budget and the breaker, the same for Redis and for a process on its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.domain.directory import Access
from app.domain.traffic import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Cal.com allows 120 requests a minute and key, in windows whose begin only it knows (facts.md, section 11).

    So no `window_ms` at all, whenever it begins, may hold more than `limit`, or what Cal.com's answers name as the
    key's limit. It is two seconds longer than Cal.com's, for between leave and arrival lie a commit and a new
    connection: what comes late would be one too many in the next window, and close the key for a minute. The breaker
    opens when at least `failing` of at least `least` requests of `span_ms` failed; then one request every `probe_ms`
    may try.
    """

    limit: int = 120
    window_ms: int = 62_000
    least: int = 10
    failing: float = 0.5
    span_ms: int = 30_000
    probe_ms: int = 10_000

    def allowed(self, priority: Priority) -> int:
        """How many requests may have been made in the window before one of this priority has to wait."""
        return max(1, int(self.limit * priority.value))


def name_of(access: Access) -> str:
    """Stands for server and key, and tells nothing of the key."""
    return hashlib.sha256(f"{access.base_url.rstrip('/')}\n{access.api_key}".encode()).hexdigest()[:32]
