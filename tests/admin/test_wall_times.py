"""Times at the desk are read and written in an agent's zone, clock changes and all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.admin.wall_times import by_day, read_time, utc_value, wall_text, wall_value
from app.domain.errors import RefusedError

NEW_YORK = "America/New_York"
FIRST_HALF_PAST_ONE = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # comes twice in New York
SECOND_HALF_PAST_ONE = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_typed_time_is_one_of_the_zone() -> None:
    assert read_time("2026-11-24T14:00", NEW_YORK, "time") == datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
    assert read_time(" 2026-11-24T19:00:00Z ", NEW_YORK, "time") == datetime(2026, 11, 24, 19, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_earlier_unless_its_exact_one_is_kept() -> None:
    typed = wall_value(SECOND_HALF_PAST_ONE, NEW_YORK)
    assert typed == wall_value(FIRST_HALF_PAST_ONE, NEW_YORK)
    assert read_time(typed, NEW_YORK, "time") == FIRST_HALF_PAST_ONE
    assert read_time(utc_value(SECOND_HALF_PAST_ONE), NEW_YORK, "time") == SECOND_HALF_PAST_ONE


@pytest.mark.parametrize(("text", "why"), [("2026-03-08T02:30", "the clocks change"), ("noon", "ISO 8601")])
def test_a_time_that_is_none_is_refused_with_why(text: str, why: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_time(text, NEW_YORK, "time")
    assert why in refused.value.fields["time"]


def test_times_are_written_as_people_there_read_them() -> None:
    assert wall_text(FIRST_HALF_PAST_ONE, NEW_YORK) == "Sunday 1 November 2026, 01:30"
    assert wall_text(FIRST_HALF_PAST_ONE, "+05:30") == "Sunday 1 November 2026, 11:00"
    assert wall_value(None, NEW_YORK) == ""
    late = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    assert by_day([late, late.replace(hour=15)], NEW_YORK) == [
        {"day": "Tuesday 24 November", "times": [{"at": "2026-11-25T04:00:00Z", "label": "23:00"}]},
        {"day": "Wednesday 25 November", "times": [{"at": "2026-11-25T15:00:00Z", "label": "10:00"}]},
    ]
