"""What is said in each case, word for word; what holds for all sentences is in test_every_sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, ListedAppointment, Result
from app.domain.appointments import Action, Attendee
from app.domain.speech import inner_message, samples, sentence, summary
from tests.domain.row_nine import DONE, breaks_row_9

ACTIONS = (None, *Action)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in New York."""

TOMORROW_2_PM = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)


def answer(result: Result, action: Action | None = Action.BOOK, **rest: Any) -> Answer:
    return Answer(result=result, action=action, **{"zone": "America/New_York", "agent_name": "Dr. Rivera"} | rest)


def said(result: Result, action: Action | None = Action.BOOK, **rest: Any) -> str:
    return sentence(answer(result, action, **rest), NOW)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in New York, November 2026 (from the 1st at UTC-5)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(hours=5)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("result", [Result.CONFIRMING, Result.REQUESTED, Result.OUTCOME_UNKNOWN])
def test_labels_of_what_is_not_done_do_not_sound_done(result: Result, language: str) -> None:
    for action in ACTIONS:
        unsure = answer(result, action, language=language)
        assert not DONE.search(summary(unsure))
        assert not DONE.search(inner_message(unsure))


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_done_is_said_to_be_done(language: str) -> None:
    for result, action in [
        (Result.BOOKED, Action.BOOK),
        (Result.BOOKED, Action.RESCHEDULE),
        (Result.CANCELLED, Action.CANCEL),
    ]:
        assert DONE.search(said(result, action, language=language, starts_at=TOMORROW_2_PM))


@pytest.mark.parametrize(
    ("action", "result", "words"),
    [
        (Action.BOOK, Result.BOOKED, ("Appointment confirmed", "Booked successfully")),
        (Action.RESCHEDULE, Result.BOOKED, ("Rescheduled", "Rescheduled successfully")),
        (Action.CANCEL, Result.CANCELLED, ("Cancelled", "Cancelled successfully")),
        (Action.BOOK, Result.REQUESTED, ("Awaiting confirmation", "Requested, the host has yet to confirm")),
        (Action.BOOK, Result.CONFIRMING, ("Still confirming", "The request is still being worked on")),
        (
            Action.BOOK,
            Result.SLOT_TAKEN,
            ("Please choose a different slot", "The selected time is no longer available"),
        ),
    ],
)
def test_labels_are_those_of_the_contract(action: Action, result: Result, words: tuple[str, str]) -> None:
    assert (summary(answer(result, action)), inner_message(answer(result, action))) == words


def test_a_booking_is_read_back_with_name_and_time() -> None:
    assert said(Result.BOOKED, starts_at=TOMORROW_2_PM) == (
        "You're booked with Dr Rivera for tomorrow at 2 PM. Is there anything else I can do for you?"
    )


def test_a_name_that_cannot_be_spoken_is_left_out() -> None:
    for name in ("**3 PM.**", "x" * 41, "Visit evil.example", "SLOT_TAKEN", "Ms. EST", "Room 5", "https://a.example"):
        assert said(Result.BOOKED, agent_name=name, starts_at=TOMORROW_2_PM).startswith("You're booked for tomorrow")


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("  Dr.  Rivera\n", "Dr Rivera"),
        ("St. Mary's Clinic", "St Mary's Clinic"),
        ("Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
        ("三浦", "三浦"),
    ],
)
def test_a_name_that_can_be_spoken_is_said(name: str, spoken: str) -> None:
    assert f"with {spoken} for" in said(Result.BOOKED, agent_name=name, starts_at=TOMORROW_2_PM)


def test_a_taken_slot_is_refused_with_at_most_three_others_on_two_days() -> None:
    others = (at(25, 14, 30), at(25, 13), at(25, 15), at(25, 15, 30), at(27, 10))
    assert said(Result.SLOT_TAKEN, starts_at=TOMORROW_2_PM, openings=others) == (
        "I'm sorry, tomorrow at 2 PM is already taken. Would 1 PM, 2:30 PM, or Friday at 10 AM suit you instead?"
    )


def test_an_alternative_after_an_unsaid_day_names_its_day() -> None:
    assert said(Result.SLOT_PAST, starts_at=at(24, 10), openings=(at(24, 11),)) == (
        "I'm sorry, that time has just gone by. Would today at 11 AM suit you instead?"
    )


def test_a_refused_move_says_that_the_appointment_stays() -> None:
    assert "your appointment stays as it is" in said(Result.SLOT_TAKEN, Action.RESCHEDULE, starts_at=TOMORROW_2_PM)


def test_availability_gives_count_and_edges() -> None:
    openings = tuple(at(day, hour) for day in (25, 26, 30) for hour in (9, 10, 12))
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=openings, days_ahead=7) == (
        "I have 9 openings in the next 7 days, the first tomorrow at 9 AM and the last Monday at noon. "
        "What day and time would you like?"
    )


def test_one_opening_is_one() -> None:
    one = (at(25, 9),)
    assert said(Result.OPENINGS, Action.AVAILABILITY, openings=one, days_ahead=1) == (
        "I have one opening in the next 24 hours, tomorrow at 9 AM. Would that suit you?"
    )
    assert said(Result.OPENINGS, Action.SUGGEST, openings=one) == (
        "I could offer you tomorrow at 9 AM. Would that suit you?"
    )


def test_looking_further_is_offered_only_where_there_is_further_to_look() -> None:
    assert "look further" in said(Result.NO_OPENINGS, Action.SUGGEST, days_ahead=29)
    assert "look further" not in said(Result.NO_OPENINGS, Action.SUGGEST, days_ahead=30)


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


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"email": "is required, or the other", "phone": "is required, or the other", "name": "is required"},
            "I still need to know your name and your phone number or email address. Could you tell me that, please?",
        ),
        (
            {"appointment_datetime": "is required", "name": "is required", "email": "is required"},
            (
                "I still need to know your name, your email address, and the day and time you'd like. "
                "Could you tell me that, please?"
            ),
        ),
        (
            {"email": "is not a complete email address"},
            "I didn't quite catch your email address. Could you say that once more, please?",
        ),
        (
            {"name": "is required", "phone": "is too short for a phone number", "org_id": "is required"},
            (
                "I still need to know your name, and I didn't quite catch your phone number. "
                "Could you tell me that, please?"
            ),
        ),
        (
            {"org_id": "is required", "agent_id": "must be a UUID", "action": "is not one of them"},
            "I'm sorry, a fault on our side keeps me from doing that. Please contact our team directly.",
        ),
    ],
)
def test_a_faulty_request_asks_for_what_the_caller_can_tell(fields: dict[str, str], text: str) -> None:
    assert said(Result.INVALID, fields=fields) == text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "in a few seconds."), (0, "in a few seconds."), (15, "in a few seconds."), (16, "in about a minute."),
        (60, "in about a minute."), (61, "in about 2 minutes."), (3540, "in about 59 minutes."),
        (3541, "in about an hour."), (3601, "in about 2 hours."), (None, "in a little while."),
    ],
)  # fmt: skip
def test_a_wait_is_said_in_words_and_never_too_short(seconds: int | None, words: str) -> None:
    assert said(Result.RATE_LIMITED, retry_after=seconds).endswith(f"Please try again {words}")


def listed(*moments: datetime, status: str = "accepted") -> tuple[ListedAppointment, ...]:
    person = Attendee(name="Ana Lima", email="ana@example.com")
    return tuple(
        ListedAppointment(appointment_id="appt_1", starts_at=moment, status=status, attendee=person)
        for moment in moments
    )


def test_appointments_are_listed_in_order_and_requests_told_apart() -> None:
    both = listed(at(26, 9)) + listed(at(25, 14), status="pending")
    assert said(Result.LISTED, Action.LIST, appointments=both) == (
        "I can see an open request for tomorrow at 2 PM and an appointment for Thursday at 9 AM. Which one is it about?"
    )


def test_many_appointments_are_counted() -> None:
    many = listed(*(at(25, hour) for hour in range(9, 16)))
    assert said(Result.LISTED, Action.LIST, appointments=many) == (
        "I can see 7 entries, and the next is an appointment for tomorrow at 9 AM. Which one is it about?"
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


def test_an_unknown_language_is_answered_in_english_and_a_region_in_its_language() -> None:
    booked = answer(Result.BOOKED, starts_at=TOMORROW_2_PM)
    for language in ("xx", "", "../de", "en-GB", "EN_us"):
        assert sentence(replace(booked, language=language), NOW) == sentence(booked, NOW)
    assert sentence(replace(booked, language="de-AT"), NOW) == (
        "Ihr Termin bei Dr Rivera morgen um 14 Uhr ist gebucht. Kann ich sonst noch etwas für Sie tun?"
    )


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_samples_hold_every_result_and_keep_row_9(language: str) -> None:
    shown = dict(samples(language))
    assert {case.split(" / ")[1].split(",")[0] for case in shown} == {result.value for result in Result}
    assert [text for text in shown.values() if breaks_row_9(text)] == []
