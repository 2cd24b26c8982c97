"""A process says that it lives, at once and again and again, and that it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.domain.processes import Kind, Living, Sign
from app.domain.slot_use import SlotUse
from app.domain.tallies import Span
from app.services.show_life import ShowLife
from tests.support.waiting import eventually

SIGN = Sign(kind=Kind.WEB, host="host", pid=7, version="0.1.0", since=datetime(2026, 11, 23, tzinfo=UTC))


@dataclass
class Notes:
    """Signs of life and uses of the cache that remember what they were told."""

    said: list[str] = field(default_factory=list)

    def show(self, sign: Sign) -> None:
        self.said.append(f"{sign.name} lives")

    def take_back(self, sign: Sign) -> None:
        self.said.append(f"{sign.name} ends")

    def all(self) -> list[Living]:
        return []

    def flush(self) -> None:
        self.said.append("counts")

    def since(self, span: Span, moment: datetime) -> SlotUse:
        return SlotUse()


def test_each_call_shows_the_sign_and_hands_in_the_counts() -> None:
    notes = Notes()
    ShowLife(sign=SIGN, signs=notes, uses=notes)()
    assert notes.said == ["host:7 lives", "counts"]


def test_a_thread_of_its_own_begins_at_once_and_stops_at_the_end() -> None:
    notes = Notes()
    life = ShowLife(sign=SIGN, signs=notes, uses=notes)
    life.start()
    eventually(lambda: "counts" in notes.said)
    life.end()
    assert notes.said == ["host:7 lives", "counts", "counts", "host:7 ends"]


def test_one_that_never_started_can_end() -> None:
    notes = Notes()
    ShowLife(sign=SIGN, signs=notes, uses=notes).end()
    assert notes.said == ["counts", "host:7 ends"]
