"""What is said in each case, word for word; what holds for all sentences is in test_every_sentence."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.answers import (
    OR_EMAIL_REQUIRED,
    OR_PHONE_REQUIRED,
    REQUIRED,
    REQUIRED_HERE,
    ListedAppointment,
    Result,
)
from app.domain.appointments import Action, Attendee
from app.domain.speech import inner_message, samples, sentence, summary
from tests.domain.row_nine import DONE, breaks_row_9
from tests.domain.spoken import NOW, TOMORROW_2_PM, answer, at, said

ACTIONS = (None, *Action)


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


def test_a_refused_move_says_that_the_appointment_stays() -> None:
    assert "your appointment stays as it is" in said(Result.SLOT_TAKEN, Action.RESCHEDULE, starts_at=TOMORROW_2_PM)


def test_a_cancellation_under_way_is_about_the_appointment() -> None:
    assert said(Result.CONFIRMING, Action.CANCEL, starts_at=TOMORROW_2_PM) == (
        "I'm still waiting for the calendar to answer about cancelling your appointment for tomorrow at 2 PM. "
        "Please stay on the line for a moment."
    )


def test_a_person_with_as_many_bookings_as_allowed_is_offered_to_move() -> None:
    assert said(Result.PERSON_LIMIT) == (
        "You already have an appointment with us, so I can't add another. Would you like to move that one?"
    )
    assert "stays as it is" in said(Result.PERSON_LIMIT, Action.RESCHEDULE)


def test_a_fault_of_the_platform_does_not_make_the_caller_repeat() -> None:
    assert said(Result.NOT_JSON, None) == said(Result.INVALID, None, fields={"body": "must be valid JSON"})


def test_looking_further_is_offered_only_where_there_is_further_to_look() -> None:
    assert "look further" in said(Result.NO_OPENINGS, Action.SUGGEST, days_ahead=29)
    assert "look further" not in said(Result.NO_OPENINGS, Action.SUGGEST, days_ahead=30)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"email": OR_PHONE_REQUIRED, "phone": OR_EMAIL_REQUIRED, "name": REQUIRED},
            "I still need to know your name and your phone number or email address. Could you tell me that, please?",
        ),
        (
            {"appointment_datetime": REQUIRED, "name": REQUIRED, "email": REQUIRED_HERE},
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
            {"name": REQUIRED, "phone": "is too short for a phone number", "org_id": REQUIRED},
            (
                "I still need to know your name, and I didn't quite catch your phone number. "
                "Could you tell me that, please?"
            ),
        ),
        (
            {"org_id": REQUIRED, "agent_id": "must be a UUID", "action": "is not one of them"},
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
        "I can see 7 appointments, and the next is an appointment for tomorrow at 9 AM. Which one is it about?"
    )
    pending = listed(*(at(26, hour) for hour in range(9, 13)), status="pending")
    assert said(Result.LISTED, Action.LIST, appointments=pending).startswith("I can see 4 open requests, and")
    assert said(Result.LISTED, Action.LIST, appointments=many + pending).startswith(
        "I can see 11 appointments and open requests, and the next is an appointment for tomorrow at 9 AM."
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
