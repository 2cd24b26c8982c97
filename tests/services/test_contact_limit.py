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


def test_repeats_leave_room_for_what_is_new(desk: Desk) -> None:
    desk.limits.most = {Counted.CONTACT: 2}
    appointment_id = desk.booked().appointment_id
    for _ in range(20):
        desk.book()

    assert desk.book(TWO_PM_TUESDAY + DAY).result is Result.CONFIRMING
    cancels = [desk.ask(Action.CANCEL, appointment_id=appointment_id) for _ in range(20)]
    assert {cancel.job_id for cancel in cancels} == {cancels[0].job_id}
    desk.work()
    assert desk.read_job(cancels[0].job_id).answer.result is Result.CANCELLED
    assert desk.book(TWO_PM_TUESDAY + 2 * DAY).result is Result.RATE_LIMITED


def test_what_is_refused_for_another_reason_is_not_counted(desk: Desk) -> None:
    desk.limits.most = {Counted.CONTACT: 1}
    assert desk.book(desk.now - DAY).result is Result.TIME_PAST
    assert desk.book().result is Result.CONFIRMING


def test_an_appointment_counts_as_one_by_whichever_of_its_names_it_is_changed(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.limits.most = {Counted.CONTACT: 1}
    when = (TWO_PM_TUESDAY + DAY).isoformat()
    moved = desk.ask(Action.RESCHEDULE, appointment_id=appointment_id, appointment_datetime=when)
    assert moved.result is Result.CONFIRMING
    assert desk.ask(Action.CANCEL, appointment_id="uid1").result is Result.RATE_LIMITED


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
