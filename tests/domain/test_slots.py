"""Which free times are offered: windows, days, suggestions, the nearest to a wish."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.slots import Day, days_ahead, group_by_day, nearest_first, spoken_choice, suggest, upcoming, window

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "days"), [(None, 7), (0, 7), (-3, 7), (1, 1), (7, 7), (30, 30), (31, 30), (10**9, 30)]
)
def test_days_ahead_is_bounded(asked: int | None, days: int) -> None:
    assert days_ahead(asked) == days


def test_the_window_is_whole_days_from_now() -> None:
    assert window(NOW, 7) == (NOW, at(27, 12))


def test_what_has_begun_is_not_upcoming_and_the_order_stays() -> None:
    assert upcoming([at(21, 9), NOW, at(20, 11), at(20, 12, 1)], NOW) == (at(21, 9), at(20, 12, 1))


def test_days_are_those_of_the_zone() -> None:
    late = at(21, 3, 30)
    assert group_by_day([late], "America/New_York") == [Day(date(2026, 3, 20), (late,))]
    assert group_by_day([late], "+05:45") == [Day(date(2026, 3, 21), (late,))]


def test_days_keep_the_order_of_the_openings() -> None:
    assert group_by_day([at(22, 9), at(21, 15), at(22, 8)], "UTC") == [
        Day(date(2026, 3, 22), (at(22, 9), at(22, 8))),
        Day(date(2026, 3, 21), (at(21, 15),)),
    ]


def test_midnight_begins_the_day() -> None:
    midnight = at(21, 4)
    assert [day.date for day in group_by_day([midnight - timedelta(minutes=1), midnight], "America/New_York")] == [
        date(2026, 3, 20),
        date(2026, 3, 21),
    ]


def test_the_nearest_come_first_and_of_two_equally_near_the_earlier() -> None:
    openings = [at(21, 9), at(21, 13), at(21, 15), at(21, 14, 30), at(22, 14), at(21, 13)]
    assert nearest_first(openings, at(21, 14), limit=4) == (at(21, 14, 30), at(21, 13), at(21, 15), at(21, 9))


@pytest.mark.parametrize(
    ("openings", "wanted", "suggested"),
    [
        # soonest; another part of the day; another day
        ([at(21, 9), at(21, 10), at(21, 14), at(22, 9)], None, (at(21, 9), at(21, 14), at(22, 9))),
        # the other part of the day may be on another day already
        ([at(21, 9), at(21, 10), at(22, 18), at(23, 9)], None, (at(21, 9), at(22, 18), at(23, 9))),
        # nothing that differs: the next ones
        ([at(21, 9), at(21, 9, 30), at(21, 10), at(21, 10, 30)], None, (at(21, 9), at(21, 9, 30), at(21, 10))),
        ([at(21, 9)], None, (at(21, 9),)),
        ([], None, ()),
        # past ones are not suggested
        ([at(20, 11), at(20, 12), at(20, 13)], None, (at(20, 13),)),
        # around a wish: the nearest takes the place of the soonest
        (
            [at(21, 9), at(22, 14), at(22, 15), at(22, 9), at(24, 14)],
            at(22, 14, 30),
            (at(21, 9), at(22, 9), at(22, 14)),
        ),
    ],
)
def test_suggestions_differ(openings: list[datetime], wanted: datetime | None, suggested: tuple[datetime, ...]) -> None:
    assert suggest(openings, zone="UTC", now=NOW, wanted=wanted) == suggested
    assert suggest(reversed(openings), zone="UTC", now=NOW, wanted=wanted) == suggested


def test_parts_of_the_day_are_those_of_the_zone() -> None:
    # 15:30 and 16:30 UTC are 11:30 and 12:30 in New York
    openings = [at(21, 15), at(21, 15, 30), at(21, 16, 30)]
    assert suggest([*openings[:2], at(21, 15, 45), openings[2]], zone="America/New_York", now=NOW) == (
        at(21, 15),
        at(21, 15, 30),
        at(21, 16, 30),
    )


openings_ahead = st.lists(st.integers(1, 2000).map(lambda half: NOW + timedelta(minutes=30 * half)), max_size=40)


@given(openings_ahead, st.none() | st.integers(-100, 3000).map(lambda half: NOW + timedelta(minutes=30 * half)))
def test_suggestions_are_three_true_ones_in_order_with_the_best_among_them(
    openings: list[datetime], wanted: datetime | None
) -> None:
    chosen = suggest(openings, zone="Asia/Kathmandu", now=NOW, wanted=wanted)
    assert set(chosen) <= set(openings)
    assert len(chosen) == min(3, len(set(openings)))
    assert all(earlier < later for earlier, later in pairwise(chosen))
    if openings:
        assert (min(openings) if wanted is None else nearest_first(openings, wanted, 1)[0]) in chosen


def test_of_many_the_best_two_and_one_of_another_day_are_spoken_of() -> None:
    best_first = [at(21, 15), at(21, 13), at(21, 16), at(22, 14), at(20, 14)]
    assert spoken_choice(best_first, "UTC") == (at(21, 13), at(21, 15), at(22, 14))
    assert spoken_choice(best_first[:3], "UTC") == (at(21, 13), at(21, 15), at(21, 16))
    assert spoken_choice(best_first, "UTC", most=1) == (at(21, 15),)
    assert spoken_choice([*best_first[:3], at(21, 9)], "UTC") == (at(21, 13), at(21, 15), at(21, 16))
    assert spoken_choice([], "UTC") == ()
