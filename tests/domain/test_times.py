"""Wall times, zones and the ladder between them, at the edges that clock changes make."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.times import (
    SkippedTimeError,
    WallTime,
    attendee_zone,
    choose_zone,
    instant,
    is_zone,
    parse_wall_time,
    zone_info,
    zone_key,
)

NEW_YORK = "America/New_York"
BERLIN = "Europe/Berlin"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "wall", "offset", "zulu"),
    [
        ("2026-03-14T15:00:00+05:30", datetime(2026, 3, 14, 15), timedelta(hours=5, minutes=30), False),
        ("2026-03-14T15:00:00-0400", datetime(2026, 3, 14, 15), timedelta(hours=-4), False),
        ("2026-03-14T15:00:00+00:00", datetime(2026, 3, 14, 15), timedelta(0), False),
        ("2026-03-20T14:00:00Z", datetime(2026, 3, 20, 14), timedelta(0), True),
        ("2026-03-20T14:00:00-00:00", datetime(2026, 3, 20, 14), timedelta(0), True),
        ("2026-03-20T14:00", datetime(2026, 3, 20, 14), None, False),
        ("2026-03-20 14:00:05.123456789", datetime(2026, 3, 20, 14, 0, 5, 123456), None, False),
        ("2026-03-14T15:00:00+05", datetime(2026, 3, 14, 15), timedelta(hours=5), False),
        ("2026-03-14T15:00-04", datetime(2026, 3, 14, 15), timedelta(hours=-4), False),
        ("2026-03-14T15:00-00", datetime(2026, 3, 14, 15), timedelta(0), True),
        ("2026-03-20t14:00:00z", datetime(2026, 3, 20, 14), timedelta(0), True),
        ("2026-03-20T14:00:00 Z", datetime(2026, 3, 20, 14), timedelta(0), True),
        ("2026-03-20 14:00:00 +0530", datetime(2026, 3, 20, 14), timedelta(hours=5, minutes=30), False),
        ("2028-02-29T00:00:00.5Z", datetime(2028, 2, 29, 0, 0, 0, 500000), timedelta(0), True),
    ],
)
def test_an_iso_date_time_is_read_as_written(text: str, wall: datetime, offset: timedelta | None, zulu: bool) -> None:
    assert parse_wall_time(text) == WallTime(wall, offset, zulu)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-20", "needs a time as well as a date"),
        ("tomorrow at 2", "must be an ISO 8601 date and time"),
        ("", "must be an ISO 8601 date and time"),
        ("20260320T140000Z", "must be an ISO 8601 date and time"),
        ("2026-W12-5T14:00", "must be an ISO 8601 date and time"),
        ("2026-03-20T14", "must be an ISO 8601 date and time"),
        ("2026-03-20  14:00", "must be an ISO 8601 date and time"),
        ("2026-03-20T14:00:00  Z", "must be an ISO 8601 date and time"),
        ("2026-03-20T14:00:00 ", "must be an ISO 8601 date and time"),
        ("2026-03-20T14:00:00+053", "must be an ISO 8601 date and time"),
        ("2026-03-20T14:00:00+15", "has an offset from UTC that no place uses"),
        ("2026-03-20T14:00:00Z\n", "must be an ISO 8601 date and time"),
        ("2026-03-20T14:00:00+5", "must be an ISO 8601 date and time"),
        ("٢٠٢٦-03-20T14:00", "must be an ISO 8601 date and time"),
        ("2026-02-29T14:00", "is not a date and time that exists"),
        ("2026-03-20T24:00", "is not a date and time that exists"),
        ("2026-03-20T14:60", "is not a date and time that exists"),
        ("2026-03-20T23:59:60Z", "is not a date and time that exists"),
        ("2026-03-20T14:00+15:00", "has an offset from UTC that no place uses"),
        ("2026-03-20T14:00+05:60", "has an offset from UTC that no place uses"),
        ("0001-01-01T00:00+14:00", "must have a year from 1970 to 2999"),
        ("9999-12-31T23:59-14:00", "must have a year from 1970 to 2999"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        parse_wall_time(text)


@given(st.text(alphabet="0123456789-:Tt Zz+.", max_size=30))
def test_whatever_is_read_is_an_instant_and_the_rest_a_value_error(text: str) -> None:
    try:
        wall = parse_wall_time(text)
    except ValueError:
        return
    assert instant(wall, "UTC").tzinfo is UTC


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Kathmandu", "UTC", "EST", "EST5EDT", "Etc/GMT+5"])
def test_iana_keys_are_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "../etc/passwd",
        "/etc/localtime",
        "posix/Europe/Berlin",
        "localtime",
        "Factory",
        "+05:30",
        "Z",
    ],
)
def test_anything_else_is_no_iana_zone(name: str) -> None:
    assert not is_zone(name)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("america/new_york", "America/New_York"), ("EUROPE/BERLIN", "Europe/Berlin"), ("utc", "UTC"),
        ("etc/gmt+5", "Etc/GMT+5"), ("America/Port-au-Prince", "America/Port-au-Prince"), ("est5edt", "EST5EDT"),
    ],
)  # fmt: skip
def test_a_zone_is_known_in_any_case_and_named_in_its_own(text: str, key: str) -> None:
    assert zone_key(text) == key


@pytest.mark.parametrize("text", ["", "mars/olympus", "FACTORY", "localtime", "+05:30", "../utc"])
def test_what_is_no_zone_has_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be the IANA name of a time zone$"):
        zone_key(text)


@pytest.mark.parametrize("name", ["", "5:30", "+5:30", "+0530", "+24:00", "+05:30\n", "PST", "../UTC"])
def test_a_zone_that_is_neither_key_nor_offset_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="must be an IANA time zone"):
        zone_info(name)


def test_a_fixed_offset_is_a_zone_for_labels() -> None:
    assert utc(2026, 3, 20, 14).astimezone(zone_info("+05:45")).isoformat() == "2026-03-20T19:45:00+05:45"
    assert utc(2026, 3, 20, 14).astimezone(zone_info("-03:30")).isoformat() == "2026-03-20T10:30:00-03:30"


@pytest.mark.parametrize(
    ("text", "requested", "agent", "schedule", "chosen"),
    [
        (None, "", "", "", "UTC"),
        (None, "", "", BERLIN, BERLIN),
        (None, "", NEW_YORK, BERLIN, NEW_YORK),
        (None, "Asia/Tokyo", NEW_YORK, BERLIN, "Asia/Tokyo"),
        ("2026-03-20T14:00", "Asia/Tokyo", NEW_YORK, BERLIN, "Asia/Tokyo"),
        # an offset goes before everything ...
        ("2026-03-20T14:00+05:30", "Asia/Tokyo", NEW_YORK, BERLIN, "+05:30"),
        ("2026-03-20T14:00-03:30", "", "", "", "-03:30"),
        # ... and chooses the named zone that has it then: New York is at -05:00 in January, at -04:00 in March
        ("2026-03-20T14:00-04:00", "Asia/Tokyo", NEW_YORK, BERLIN, NEW_YORK),
        ("2026-01-20T14:00-05:00", "", NEW_YORK, BERLIN, NEW_YORK),
        ("2026-01-20T14:00-04:00", "", NEW_YORK, BERLIN, "-04:00"),
        ("2026-07-20T14:00+02:00", "", NEW_YORK, BERLIN, BERLIN),
        ("2026-03-20T14:00+05:30", "Asia/Kolkata", "", "", "Asia/Kolkata"),
        # "Z" states an instant, "+00:00" a place
        ("2026-03-20T14:00Z", "", NEW_YORK, BERLIN, NEW_YORK),
        ("2026-03-20T14:00+00:00", "", NEW_YORK, BERLIN, "UTC"),
        ("2026-01-20T14:00+00:00", "Europe/London", "", "", "Europe/London"),
        # what is no zone is passed over
        (None, "Mars/Olympus", "localtime", BERLIN, BERLIN),
    ],
)
def test_the_ladder_chooses_one_zone(text: str | None, requested: str, agent: str, schedule: str, chosen: str) -> None:
    wall = parse_wall_time(text) if text else None
    assert choose_zone(wall, requested, agent, schedule) == chosen


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-20T14:00", NEW_YORK, utc(2026, 3, 20, 18)),
        ("2026-03-20T14:00:00.999", NEW_YORK, utc(2026, 3, 20, 18)),
        ("2026-03-20T14:00-04:00", "Asia/Tokyo", utc(2026, 3, 20, 18)),
        ("2026-03-20T14:00Z", "Asia/Tokyo", utc(2026, 3, 20, 14)),
        ("2026-03-14T15:00:00+05:30", "UTC", utc(2026, 3, 14, 9, 30)),
        ("2026-03-20T14:00", "Asia/Kathmandu", utc(2026, 3, 20, 8, 15)),
        ("2026-03-20T14:00", "+05:45", utc(2026, 3, 20, 8, 15)),
        # comes twice: the earlier
        ("2026-11-01T01:30", NEW_YORK, utc(2026, 11, 1, 5, 30)),
        ("2026-10-25T02:30", BERLIN, utc(2026, 10, 25, 0, 30)),
        ("2026-04-05T01:45", "Australia/Lord_Howe", utc(2026, 4, 4, 14, 45)),
        # just beside the gap
        ("2027-03-14T01:59", NEW_YORK, utc(2027, 3, 14, 6, 59)),
        ("2027-03-14T03:00", NEW_YORK, utc(2027, 3, 14, 7)),
        ("2026-10-04T02:30", "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
    ],
)
def test_a_wall_time_is_an_instant(text: str, zone: str, expected: datetime) -> None:
    assert instant(parse_wall_time(text), zone) == expected


@pytest.mark.parametrize(
    ("text", "zone", "before", "after"),
    [
        ("2027-03-14T02:30", NEW_YORK, utc(2027, 3, 14, 6, 30), utc(2027, 3, 14, 7, 30)),
        ("2027-03-28T02:00", BERLIN, utc(2027, 3, 28, 0), utc(2027, 3, 28, 1)),
        ("2026-10-04T02:15", "Australia/Lord_Howe", utc(2026, 10, 3, 15, 15), utc(2026, 10, 3, 15, 45)),
        # Samoa left out 30 December 2011 altogether
        ("2011-12-30T12:00", "Pacific/Apia", utc(2011, 12, 29, 22), utc(2011, 12, 30, 22)),
    ],
)
def test_a_wall_time_that_a_clock_change_leaves_out_is_refused_with_its_neighbours(
    text: str, zone: str, before: datetime, after: datetime
) -> None:
    with pytest.raises(SkippedTimeError) as refused:
        instant(parse_wall_time(text), zone)
    assert refused.value.nearest == (before, after)


def test_an_offset_makes_even_a_skipped_wall_time_an_instant() -> None:
    assert instant(parse_wall_time("2027-03-14T02:30-05:00"), NEW_YORK) == utc(2027, 3, 14, 7, 30)


@pytest.mark.parametrize(
    ("requested", "chosen", "agent", "schedule", "expected"),
    [
        ("Asia/Tokyo", "+05:30", NEW_YORK, BERLIN, "Asia/Tokyo"),
        ("", "Asia/Kolkata", NEW_YORK, BERLIN, "Asia/Kolkata"),
        ("", "+05:30", NEW_YORK, BERLIN, NEW_YORK),
        ("", "+05:30", "", BERLIN, BERLIN),
        ("", "+05:30", "", "", "UTC"),
    ],
)
def test_cal_com_is_given_an_iana_zone(requested: str, chosen: str, agent: str, schedule: str, expected: str) -> None:
    assert attendee_zone(requested, chosen, agent, schedule) == expected
