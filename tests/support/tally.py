"""Limits that count without windows, for tests: what is full stays full."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.limits import Counted, Subject


class Tally:
    """Counts without windows: `most` of each kind, for good."""

    def __init__(self, **most: int) -> None:
        self.most = {Counted(name): number for name, number in most.items()}
        self.counts: dict[Subject, int] = {}

    def take(self, subjects: Sequence[Subject], *, heeding: Sequence[Subject] = ()) -> float:
        both = [*subjects, *heeding]
        if any(self.counts.get(each, 0) >= self.most.get(each.counted, 10_000) for each in both):
            return 12.3
        self.counts |= {each: self.counts.get(each, 0) + 1 for each in subjects}
        return 0.0
