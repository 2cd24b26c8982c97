"""Faults on demand: a scripted, ordered list, a header on one request, or by chance on any."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.sandbox.calls import Call

# Each with what it does; a test asks for every one of them.
NAMES = {
    "rate_limited": "429 with its headers, and the key stays blocked for a minute",
    "server_error": "raw 500, nothing happened",
    "server_error_after_commit": "raw 500, and yet it happened",
    "bad_gateway_html": "502 with an HTML page; =after lets it happen first",
    "unavailable": "enveloped 500, as with its database down",
    "slow": "=SECONDS of waiting, then everything as usual",
    "slow_after_commit": "it happens at once, the answer comes =SECONDS later",
    "cut_before_commit": "the connection closes without an answer, nothing happened",
    "cut_after_commit": "the connection closes without an answer, and yet it happened",
    "garbage_json": "the right status, a body that is no JSON",
    "truncated": "the right status and length, half the body, then the end of the connection",
    "lying_slots": "slots that are taken are listed; =outside adds one after closing time",
    "conflict": "raw 409 booking_conflict_error",
    "prisma_timeout": "raw 400 with the text of a database that was too slow, nothing happened",
    "late_commit": "the connection closes at once, it happens =SECONDS later",
    "stale_list": "bookings as they were =SECONDS ago",
    "record_not_found": "404 of Prisma although it happened, as on some seat cancellations",
}


@dataclass
class Fault:
    name: str
    value: str = ""
    method: str | None = None
    path: str | None = None
    key: str | None = None
    times: int = 1

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"unknown fault {self.name!r}; known are {', '.join(NAMES)}")

    @property
    def seconds(self) -> float:
        return float(self.value or 0)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Fault":
        match = row.get("match", {})
        return cls(
            name=row["fault"],
            value=str(row.get("value", "")),
            method=match.get("method"),
            path=match.get("path"),
            key=match.get("key"),
            times=int(row.get("times", 1)),
        )

    @classmethod
    def from_header(cls, text: str) -> "Fault":
        name, _, value = text.partition("=")
        return cls(name.strip(), value.strip())

    def fits(self, call: Call) -> bool:
        return (
            self.method in (None, call.method)
            and (self.path is None or self.path in call.path)
            and self.key in (None, call.bearer)
        )


@dataclass(frozen=True)
class Chance:
    """`NAME=SHARE`: so many of all requests, from 0 to 1, meet with that fault."""

    name: str
    share: float

    @classmethod
    def parse(cls, text: str) -> "Chance":
        name, _, share = text.partition("=")
        if not 0 <= float(share) <= 1:
            raise ValueError("a share is from 0 to 1")
        return cls(Fault(name).name, float(share))


class Faults:
    def __init__(self, chances: tuple[Chance, ...] = (), dice: random.Random | None = None) -> None:
        self._chances = chances
        self._dice = dice or random.Random()  # noqa: S311 - accidents, not secrets
        self._lock = threading.Lock()
        self._script: list[Fault] = []

    def push(self, faults: list[Fault]) -> None:
        with self._lock:
            self._script.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._script.clear()

    def pending(self) -> list[dict[str, Any]]:
        with self._lock:
            return [vars(fault).copy() for fault in self._script]

    def take(self, call: Call) -> Fault | None:
        """The header wins; else the first scripted fault that fits, which is used up by it; else chance decides."""
        asked = call.headers.get("x-sandbox-fault")
        if asked:
            return Fault.from_header(asked)
        with self._lock:
            for fault in self._script:
                if fault.fits(call):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._script.remove(fault)
                    return fault
            return next((Fault(one.name) for one in self._chances if self._dice.random() < one.share), None)
