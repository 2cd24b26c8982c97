"""Charts are drawn to scale, gaps stay gaps, and no value falls out of the picture."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admin.charts import HEIGHT, WIDTH, Stack, bars, curves


def test_bars_are_as_high_as_their_numbers_and_stand_on_each_other() -> None:
    chart = bars(
        [Stack({"a": 30, "b": 20}, "first"), Stack({"a": 0, "b": 0}, "none"), Stack({"a": 100, "b": 0}, "full")]
    )
    assert chart["labels"] == ["100", "50", "0"]
    first, full = chart["bars"]
    assert [(part["name"], part["y"], part["height"]) for part in first["parts"]] == [
        ("a", HEIGHT * 0.7, HEIGHT * 0.3),
        ("b", HEIGHT * 0.5, HEIGHT * 0.2),
    ]
    assert [(part["name"], part["y"], part["height"]) for part in full["parts"]] == [("a", 0, HEIGHT)]
    assert (first["said"], full["said"]) == ("first", "full")


@pytest.mark.parametrize(
    ("most", "labels"),
    [(0, ["2", "1", "0"]), (1, ["2", "1", "0"]), (3, ["5", "2.5", "0"]), (7, ["10", "5", "0"])],
)
def test_the_scale_ends_at_a_round_number(most: int, labels: list[str]) -> None:
    assert bars([Stack({"a": most}, "")])["labels"] == labels


def test_large_numbers_are_written_with_blanks() -> None:
    assert bars([Stack({"a": 12_000}, "")])["labels"][0] == "20\N{NARROW NO-BREAK SPACE}000"


def test_times_are_drawn_over_powers_of_ten() -> None:
    chart = curves({"p50": [0.1, 1.0, 10.0]})
    assert chart["labels"] == ["10 s", "1.0 s", "100 ms"]
    assert chart["lines"] == [0, HEIGHT / 2, HEIGHT]
    assert chart["paths"][0]["d"] == f"M100.0 {float(HEIGHT)}h0L300.0 {HEIGHT / 2}L500.0 0.0"


def test_where_nothing_was_measured_the_line_has_a_gap() -> None:
    d = curves({"p50": [1.0, None, 1.0, 1.0]})["paths"][0]["d"]
    assert re.sub(r"[\d. ]+", "", d) == "MhMhL"


def test_without_any_value_there_is_a_scale_and_no_line() -> None:
    chart = curves({"p50": [None, None]})
    assert (chart["is_empty"], chart["paths"][0]["d"]) == (True, "")
    assert len(chart["labels"]) == 3


@given(st.lists(st.one_of(st.none(), st.floats(min_value=0.0005, max_value=3e6)), min_size=1, max_size=24))
def test_no_point_falls_out_of_the_picture(values: list[float | None]) -> None:
    chart = curves({"p50": values})
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", chart["paths"][0]["d"])]
    assert len(points) == sum(value is not None for value in values)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30))
def test_no_bar_rises_above_the_scale(numbers: list[int]) -> None:
    for bar in bars([Stack({"a": number, "b": number // 3}, "") for number in numbers])["bars"]:
        assert min(part["y"] for part in bar["parts"]) >= -0.1
        assert math.isclose(bar["parts"][0]["y"] + bar["parts"][0]["height"], HEIGHT, abs_tol=0.2)
