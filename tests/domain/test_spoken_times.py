"""How days and times are said in a sentence, word for word."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from tests.domain.spoken import TOMORROW_2_PM, at, said


def test_a_taken_slot_is_refused_with_at_most_three_others_on_two_days() -> None:
    others = (at(25, 14, 30), at(25, 13), at(25, 15), at(25, 15, 30), at(27, 10))
    assert said(Result.SLOT_TAKEN, starts_at=TOMORROW_2_PM, openings=others) == (
        "I'm sorry, tomorrow at 2 PM isn't available. Would 1 PM, 2:30 PM, or Friday at 10 AM suit you instead?"
    )


def test_an_alternative_after_an_unsaid_day_names_its_day() -> None:
    assert said(Result.SLOT_PAST, starts_at=at(24, 10), openings=(at(24, 11),)) == (
        "I'm sorry, that time has just gone by. Would today at 11 AM suit you instead?"
    )


def test_availability_gives_count_and_edges() -> None:
    openings = tuple(at(day, hour) for day in (25, 26, 30) for hour in (9, 10, 12))
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=openings, days_ahead=7) == (
        "I have 9 openings in the next 7 days, from tomorrow at 9 AM to Monday at noon. "
        "What day and time would you like?"
    )


def test_openings_of_one_day_are_told_with_their_day() -> None:
    openings = tuple(at(27, hour) for hour in (9, 10, 11, 12))
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=openings, days_ahead=7) == (
        "I have 4 openings in the next 7 days, all of them Friday from 9 AM to noon. What time would you like?"
    )
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=openings) == (
        "I have 4 openings Friday, from 9 AM to noon. What time would you like?"
    )
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=openings, days_ahead=7, language="de") == (
        "In den nächsten 7 Tagen habe ich 4 freie Termine, alle am Freitag zwischen 9 Uhr und 12 Uhr. "
        "Welche Uhrzeit würde Ihnen passen?"
    )


def test_few_openings_are_named_one_by_one() -> None:
    openings = (at(25, 9), at(25, 14), at(27, 9))
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=openings, days_ahead=7) == (
        "I could offer you tomorrow at 9 AM, 2 PM, or Friday at 9 AM. Which suits you best?"
    )


def test_a_clock_time_said_of_two_days_is_said_with_both() -> None:
    openings = (at(27, 16, 30), at(28, 11, 30), at(28, 16, 30))
    assert said(Result.OPENINGS, Action.SUGGEST, openings=openings) == (
        "I could offer you Friday at 4:30 PM, Saturday at 11:30 AM, or Saturday at 4:30 PM. Which suits you best?"
    )
    assert said(Result.SLOT_TAKEN, starts_at=at(27, 16, 30), openings=openings[1:]) == (
        "I'm sorry, Friday at 4:30 PM isn't available. "
        "Would Saturday at 11:30 AM or Saturday at 4:30 PM suit you instead?"
    )


@pytest.mark.parametrize(
    ("start", "english", "german"),
    [
        (at(25, 0), "midnight tonight", "morgen um 0 Uhr"),
        (at(25, 0, 30), "early tomorrow at 12:30 AM", "morgen um 0:30 Uhr"),
        (at(27, 0), "midnight at the start of Friday", "am Freitag um 0 Uhr"),
        (at(27, 0, 5), "early Friday at 12:05 AM", "am Freitag um 0:05 Uhr"),
        (at(27, 1), "Friday at 1 AM", "am Freitag um 1 Uhr"),
        (at(27, 12, 30), "Friday at 12:30 PM", "am Freitag um 12:30 Uhr"),
    ],
)
def test_nobody_comes_a_night_late(start: datetime, english: str, german: str) -> None:
    assert f"for {english}." in said(Result.BOOKED, starts_at=start)
    assert f" {german} ist gebucht" in said(Result.BOOKED, starts_at=start, language="de")


def test_the_hour_after_midnight_is_never_said_without_its_night() -> None:
    openings = (at(27, 0), at(27, 0, 30), at(27, 9))
    assert said(Result.SLOT_TAKEN, starts_at=at(27, 14), openings=openings) == (
        "I'm sorry, Friday at 2 PM isn't available. Would midnight at the start of Friday, "
        "early Friday at 12:30 AM, or Friday at 9 AM suit you instead?"
    )


def test_one_opening_is_one() -> None:
    one = (at(25, 9),)
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=one, days_ahead=1) == (
        "I have one opening in the next 24 hours, tomorrow at 9 AM. Would that suit you?"
    )
    assert said(Result.OPENINGS, Action.SUGGEST, openings=one) == (
        "I could offer you tomorrow at 9 AM. Would that suit you?"
    )


def test_long_dates_are_named_as_far_as_they_fit() -> None:
    far = datetime(2027, 9, 29, 16, 30, tzinfo=UTC)
    openings = tuple(far + timedelta(days=day) for day in (7, 14, 21))
    text = said(
        Result.SLOT_NOT_OFFERED,
        Action.RESCHEDULE,
        starts_at=far,
        openings=openings,
        language="de",
        zone="Europe/Berlin",
    )
    assert text == (
        "Am Mittwoch, dem 29. September 2027 um 18:30 Uhr kann ich leider keinen Termin anbieten, "
        "Ihr Termin bleibt also, wie er ist. Ginge es stattdessen am Mittwoch, dem 6. Oktober 2027 um 18:30 Uhr?"
    )


def test_a_skipped_time_offers_the_real_ones_beside_it() -> None:
    nearest = (datetime(2027, 3, 14, 6, 30, tzinfo=UTC), datetime(2027, 3, 14, 7, 30, tzinfo=UTC))
    assert said(Result.TIME_SKIPPED, openings=nearest) == (
        "The clocks go forward then, so that time doesn't exist. "
        "Would Sunday, March 14 at 1:30 AM or 3:30 AM suit you instead?"
    )


def test_a_past_time_says_its_year_where_the_year_may_be_what_is_wrong() -> None:
    assert said(Result.TIME_PAST, starts_at=datetime(2025, 11, 25, 19, tzinfo=UTC)) == (
        "Tuesday, November 25, 2025 at 2 PM is already in the past. What day and time would you like instead?"
    )
