"""Wait for something to become true: poll with a deadline, never sleep and hope."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def eventually(
    probe: Callable[[], Found | None], *, within: float = 20.0, every: float = 0.05, what: str = ""
) -> Found:
    """The first truthy value of `probe()`; raises AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or probe}")
        time.sleep(every)
