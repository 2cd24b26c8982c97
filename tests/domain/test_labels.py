"""Labels of days and times, in the answer's zone and language."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.speech import day_label, time_label
from app.domain.times import zone_info

FRIDAY = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("ahead", "english", "german"),
    [
        (-1, "Thursday, March 19", "Donnerstag, 19. März"),
        (0, "Today", "Heute"),
        (1, "Tomorrow", "Morgen"),
        (2, "Sunday", "Sonntag"),
        (3, "Monday", "Montag"),
        (4, "Tuesday", "Dienstag"),
        (5, "Wednesday", "Mittwoch"),
        (6, "Thursday", "Donnerstag"),
        (7, "Friday, March 27", "Freitag, 27. März"),
        (8, "Saturday, March 28", "Samstag, 28. März"),
        (-400, "Thursday, February 13, 2025", "Donnerstag, 13. Februar 2025"),
    ],
)
def test_a_day_is_labelled_by_its_distance(ahead: int, english: str, german: str) -> None:
    day = FRIDAY + timedelta(days=ahead)
    assert day_label(day, FRIDAY, "en") == english
    assert day_label(day, FRIDAY, "de") == german


def test_the_sunday_of_the_page_is_a_sunday() -> None:
    assert day_label(date(2026, 3, 22), FRIDAY, "en") == "Sunday"


def test_a_date_in_the_next_month_is_written_out() -> None:
    assert day_label(date(2026, 12, 1), date(2026, 11, 22), "en") == "Tuesday, December 1"
    assert day_label(date(2026, 12, 1), date(2026, 11, 22), "de") == "Dienstag, 1. Dezember"


def test_the_turn_of_the_year_needs_no_year() -> None:
    assert day_label(date(2027, 1, 8), date(2026, 12, 30), "en") == "Friday, January 8"


@pytest.mark.parametrize(
    ("hour", "minute", "english", "german"),
    [
        (0, 0, "12:00 AM", "0:00 Uhr"),
        (0, 5, "12:05 AM", "0:05 Uhr"),
        (9, 0, "9:00 AM", "9:00 Uhr"),
        (11, 30, "11:30 AM", "11:30 Uhr"),
        (12, 0, "12:00 PM", "12:00 Uhr"),
        (13, 0, "1:00 PM", "13:00 Uhr"),
        (23, 59, "11:59 PM", "23:59 Uhr"),
    ],
)
def test_a_time_is_written_with_plain_blanks(hour: int, minute: int, english: str, german: str) -> None:
    moment = datetime(2026, 3, 20, hour, minute, tzinfo=UTC)
    assert time_label(moment, "UTC", "en") == english
    assert time_label(moment, "UTC", "de") == german


@pytest.mark.parametrize(
    ("moment", "zone", "label"),
    [
        (datetime(2026, 3, 20, 14, 0, tzinfo=UTC), "America/New_York", "10:00 AM"),
        (datetime(2026, 1, 20, 14, 0, tzinfo=UTC), "America/New_York", "9:00 AM"),
        (datetime(2026, 3, 20, 14, 0, tzinfo=UTC), "+05:30", "7:30 PM"),
        (datetime(2026, 3, 20, 14, 0, tzinfo=UTC), "Asia/Kathmandu", "7:45 PM"),
        (datetime(2026, 4, 4, 14, 45, tzinfo=UTC), "Australia/Lord_Howe", "1:45 AM"),
        (datetime(2026, 4, 4, 15, 15, tzinfo=UTC), "Australia/Lord_Howe", "1:45 AM"),
    ],
)
def test_a_time_is_that_of_the_zone(moment: datetime, zone: str, label: str) -> None:
    assert time_label(moment, zone, "en") == label


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "-03:30"]),
)
def test_a_time_label_can_be_read_back(moment: datetime, zone: str) -> None:
    local = moment.astimezone(zone_info(zone))
    read = datetime.strptime(time_label(moment, zone, "en"), "%I:%M %p")
    assert (read.hour, read.minute) == (local.hour, local.minute)
