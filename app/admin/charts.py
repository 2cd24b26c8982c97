"""Coordinates of the charts: bars and lines in a drawing of fixed size, which the page stretches to its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.admin.words import count, span

WIDTH, HEIGHT = 600, 150
FILLED = 0.8
"""The part of its slot that a bar fills."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar: its parts from the bottom up, and what is said when pointed at."""

    parts: Mapping[str, int]
    said: str


def bars(stacks: Sequence[Stack]) -> dict[str, Any]:
    """Stacked bars over a scale that begins at 0. `labels` from the top down, evenly spaced."""
    top = _round_up(max((sum(stack.parts.values()) for stack in stacks), default=0))
    step = WIDTH / max(1, len(stacks))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "labels": [_plain(top), _plain(top / 2), "0"],
        "lines": [0, HEIGHT / 2, HEIGHT],
        "bars": [
            {"parts": _parts(stack, number * step, step, top), "said": stack.said}
            for number, stack in enumerate(stacks)
            if any(stack.parts.values())
        ],
    }


def curves(values: Mapping[str, Sequence[float | None]]) -> dict[str, Any]:
    """Lines of seconds, by name, over a logarithmic scale of whole powers of ten. None makes a gap."""
    known = [value for line in values.values() for value in line if value is not None and value > 0]
    low, high = _decades(known)
    levels = [high - number for number in range(high - low + 1)]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "is_empty": not known,
        "labels": [span(10.0**level) for level in levels],
        "lines": [number * HEIGHT / (high - low) for number in range(high - low + 1)],
        "paths": [{"name": name, "d": _path(line, low, high)} for name, line in values.items()],
    }


def _parts(stack: Stack, left: float, step: float, top: float) -> list[dict[str, Any]]:
    found, bottom = [], float(HEIGHT)
    for name, number in stack.parts.items():
        if number:
            height = number / top * HEIGHT
            bottom -= height
            found.append(
                {
                    "name": name,
                    "x": round(left + step * (1 - FILLED) / 2, 1),
                    "y": round(bottom, 1),
                    "width": round(step * FILLED, 1),
                    "height": round(height, 1),
                }
            )
    return found


def _path(line: Sequence[float | None], low: int, high: int) -> str:
    """Points next to each other are joined; one that stands alone is a dot, drawn by its round cap."""
    step, drawn = WIDTH / max(1, len(line)), []
    before: float | None = None
    for number, value in enumerate(line):
        if value is not None and value > 0:
            x = round((number + 0.5) * step, 1)
            y = round(HEIGHT * (high - math.log10(value)) / (high - low), 1)
            drawn.append(f"L{x} {y}" if before is not None else f"M{x} {y}h0")
        before = value
    return "".join(drawn)


def _plain(number: float) -> str:
    return count(int(number)) if number == int(number) else str(number)


def _round_up(most: int) -> float:
    """To 2, 5 or 10 times a power of ten, or 1."""
    if most <= 2:
        return 2
    power = 10 ** math.floor(math.log10(most))
    return float(next(size * power for size in (1, 2, 5, 10) if size * power >= most))


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around all of them, at least one apart."""
    if not values:
        return -1, 1
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)
