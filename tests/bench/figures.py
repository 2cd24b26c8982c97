"""What is made of measured numbers: medians, quantiles, spread over repeats, ratios and whether an aim was met."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


def quantile(values: Iterable[float], share: float) -> float:
    """Linear between the neighbours; `share` from 0 to 1. Not a number where nothing was measured."""
    found = sorted(values)
    if not found:
        return float("nan")
    place = share * (len(found) - 1)
    low = int(place)
    high = min(low + 1, len(found) - 1)
    if found[low] == found[high]:  # also where both are infinite
        return found[low]
    return found[low] + (found[high] - found[low]) * (place - low)


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity, measured once in each repeat."""

    values: tuple[float, ...]
    unit: str = ""

    @classmethod
    def of(cls, values: Iterable[float], unit: str = "") -> Figure:
        return cls(tuple(values), unit)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def over(self, other: Figure) -> Figure:
        """The ratio of each repeat to that of the other side which ran beside it."""
        pairs = zip(self.values, other.values, strict=True)
        return Figure(tuple(mine / theirs if theirs else float("inf") for mine, theirs in pairs), "x")

    def as_json(self) -> dict[str, Any]:
        return {"unit": self.unit, "median": self.median, "values": list(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A bound on the ratio to the bare counterpart or, with `of_ours`, on the figure itself."""

    at_least: float | None = None
    at_most: float | None = None
    of_ours: bool = False

    def is_met(self, measured: float) -> bool:
        return (self.at_least is None or measured >= self.at_least) and (
            self.at_most is None or measured <= self.at_most
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `note` is what has to be known to read it."""

    line: str
    what: str
    ours: Figure
    bare: Figure | None = None
    aim: Aim | None = None
    note: str = ""

    @property
    def ratio(self) -> Figure | None:
        return None if self.bare is None else self.ours.over(self.bare)

    @property
    def is_met(self) -> bool | None:
        """None where there is no aim."""
        if self.aim is None:
            return None
        judged = self.ours if self.aim.of_ours or self.ratio is None else self.ratio
        return self.aim.is_met(judged.median)

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "what": self.what,
            "ringbook": self.ours.as_json(),
            "bare": self.bare.as_json() if self.bare else None,
            "ratio": self.ratio.as_json() if self.ratio else None,
            "aim": None if self.aim is None else {"at_least": self.aim.at_least, "at_most": self.aim.at_most},
            "met": self.is_met,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How long to measure: `repeats` of each side, `seconds` each; `quick` leaves out what takes minutes."""

    repeats: int = 5
    seconds: float = 5.0
    quick: bool = False
    seed: int = 1


def milliseconds(seconds: Sequence[float], share: float) -> float:
    return 1000 * quantile(seconds, share)
