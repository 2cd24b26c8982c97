"""The table of what was measured, for a terminal and for the README."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tests.bench.figures import Aim, Figure, Row

HEADINGS = ("line", "what", "Ringbook", "bare", "ratio", "aim", "")


def number(value: float) -> str:
    if math.isinf(value):
        return "never"
    if math.isnan(value):
        return "-"
    if value and abs(value) < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:,.0f}"


def figure(found: Figure | None) -> str:
    """Median, and from the lowest to the highest of the repeats."""
    if found is None:
        return ""
    low, high = min(found.values), max(found.values)
    spread = f" ({number(low)}..{number(high)})" if number(low) != number(high) else ""
    unit = f" {found.unit}" if found.unit and found.unit != "x" else ""
    return f"{number(found.median)}{spread}{unit}"


def aim(wanted: Aim | None) -> str:
    if wanted is None:
        return ""
    unit = "" if wanted.of_ours else " x"
    if wanted.at_least is not None:
        return f">= {number(wanted.at_least)}{unit}"
    return f"<= {number(wanted.at_most or 0.0)}{unit}"


def cells(row: Row) -> tuple[str, ...]:
    met = {None: "", True: "met", False: "MISSED"}[row.is_met]
    ratio = f"{number(row.ratio.median)} x" if row.ratio is not None and math.isfinite(row.ratio.median) else ""
    return row.line, row.what, figure(row.ours), figure(row.bare), ratio, aim(row.aim), met


def table(rows: Sequence[Row]) -> str:
    """For a terminal; notes stand below the row they are about."""
    body = [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in (HEADINGS, *body)) for column in range(len(HEADINGS))]
    lines = [_line(HEADINGS, widths), "-" * (sum(widths) + 2 * len(widths))]
    before = ""
    for row, line in zip(rows, body, strict=True):
        lines.append(_line(("" if row.line == before else line[0], *line[1:]), widths))
        lines += [f"{'':{widths[0]}}    {row.note}"] if row.note else []
        before = row.line
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    """For the README, notes in a list below."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    before = ""
    for row in rows:
        line = cells(row)
        lines.append("| " + " | ".join(("" if row.line == before else line[0], *line[1:])) + " |")
        before = row.line
    notes = [f"- {row.line}, {row.what}: {row.note}." for row in rows if row.note]
    return "\n".join([*lines, "", *notes])


def facts(found: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {fact}" for name, fact in found.items())


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{text:{width}}" for text, width in zip(texts, widths, strict=True)).rstrip()
