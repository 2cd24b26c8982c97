"""A bar chart of the ratios as SVG: one bar a row, the aim as a mark, on a scale of powers of ten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tests.bench.figures import Row
from tests.bench.report import number

WIDTH, LABEL, LINE, HEAD = 1040, 560, 24, 46
LOWEST, HIGHEST = 0.01, 100.0
FONT = 'font-family="system-ui, sans-serif" font-size="12"'
GOOD, BAD, PLAIN = "#2f7d4f", "#b3402a", "#5b6b7b"


def chart(rows: Sequence[Row]) -> str:
    """Only rows with a counterpart; the line at 1 is the counterpart itself."""
    shown = [row for row in rows if row.ratio is not None and 0 < row.ratio.median < math.inf]
    height = HEAD + LINE * len(shown) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
        "<title>Ringbook against its bare counterparts</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="10" y="18" font-size="14" font-weight="600">Ringbook as a multiple of its counterpart</text>',
        *_scale(height),
        *(part for place, row in enumerate(shown) for part in _bar(row, HEAD + LINE * place)),
        "</svg>",
    ]
    return "\n".join(parts)


def _x(ratio: float) -> float:
    share = math.log(min(max(ratio, LOWEST), HIGHEST) / LOWEST) / math.log(HIGHEST / LOWEST)
    return LABEL + share * (WIDTH - LABEL - 70)


def _scale(height: int) -> list[str]:
    marks = (0.01, 0.1, 1.0, 10.0, 100.0)
    return [
        f'<line x1="{_x(mark):.1f}" x2="{_x(mark):.1f}" y1="{HEAD - 6}" y2="{height}" stroke="#000"'
        f' stroke-opacity="{0.5 if mark == 1 else 0.12}"/>'
        f'<text x="{_x(mark):.1f}" y="{HEAD - 10}" text-anchor="middle" fill="#555">{mark:g}</text>'
        for mark in marks
    ]


def _bar(row: Row, y: int) -> list[str]:
    assert row.ratio is not None
    ratio = row.ratio.median
    left, right = sorted((_x(1.0), _x(ratio)))
    colour = {True: GOOD, False: BAD, None: PLAIN}[row.is_met]
    text = escape(f"{row.line}: {row.what}")
    parts = [
        f'<text x="{LABEL - 10}" y="{y + 16}" text-anchor="end">{text}</text>',
        f'<rect x="{left:.1f}" y="{y + 5}" width="{max(right - left, 1):.1f}" height="14" fill="{colour}"/>',
        f'<text x="{right + 6:.1f}" y="{y + 16}">{number(ratio)}</text>',
    ]
    if row.aim is not None and not row.aim.of_ours:
        at = _x(row.aim.at_least if row.aim.at_least is not None else row.aim.at_most or 1.0)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y + 2}" y2="{y + 22}" stroke="#000" stroke-width="2"/>')
    return parts
