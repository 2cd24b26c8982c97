"""Nobody can be booked, moved and cancelled dozens of times an hour; whoever repeats a request hears its answer."""

from __future__ import annotations

from datetime import timedelta

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.limits import Counted
from tests.services.desk import TWO_PM_TUESDAY, Desk

DAY = timedelta(days=1)


def test_one_contact_gets_so_many_changes_and_no_more(desk: Desk) -> None:
    desk.limits.most = {Counted.CONTACT: 2}
    results = [desk.book(TWO_PM_TUESDAY + number * DAY).result for number in range(3)]
    assert results == [Result.CONFIRMING, Result.CONFIRMING, Result.RATE_LIMITED]
    assert desk.book(TWO_PM_TUESDAY + 2 * DAY, email="ann@example.com").result is Result.CONFIRMING


def test_the_refusal_says_when_to_come_back_and_nothing_was_accepted(desk: Desk) -> None:
    desk.limits.most = {Counted.CONTACT: 0}
    refused = desk.book()
    assert (refused.result, refused.retry_after) == (Result.RATE_LIMITED, 13)
    assert desk.bells.published == []


def test_a_phone_number_counts_under_whichever_name_and_spelling(desk: Desk) -> None:
    desk.limits.most = {Counted.CONTACT: 1}
    desk.book(phone="+12125550123", email="one@example.com")
    again = desk.book(TWO_PM_TUESDAY + DAY, phone="+1 (212) 555-0123", email="two@example.com")
    assert again.result is Result.RATE_LIMITED


def test_repeats_are_answered_however_often_they_come(desk: Desk) -> None:
    desk.limits.most = {Counted.CONTACT: 1}
    assert [desk.book().result for _ in range(5)] == [Result.CONFIRMING] * 5


def test_one_appointment_is_moved_so_often_and_no_more(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.limits.most = {Counted.CONTACT: 1}
    moves = [
        desk.ask(
            Action.RESCHEDULE,
            appointment_id=appointment_id,
            appointment_datetime=(TWO_PM_TUESDAY + number * DAY).isoformat(),
        ).result
        for number in (1, 2)
    ]
    assert moves == [Result.CONFIRMING, Result.RATE_LIMITED]
