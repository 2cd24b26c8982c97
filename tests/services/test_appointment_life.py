"""One appointment through moves and its end, always under the id it was given first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.outcomes import Failed, Moved, RetryLater, Unknown
from app.services.manage_appointment import ManageRequest
from tests.services.desk import AGENT, ORG, TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN


def asked(desk: Desk, action: Action, **fields: Any) -> Answer:
    answer = desk.ask(action, **fields)
    desk.work()
    return desk.read_job(answer.job_id).answer if answer.job_id else answer


def moved(desk: Desk, appointment_id: str, days: int) -> Answer:
    when = TWO_PM_TUESDAY + timedelta(days=days)
    return asked(desk, Action.RESCHEDULE, appointment_id=appointment_id, appointment_datetime=when.isoformat())


def test_three_moves_and_a_cancel_all_work_with_the_first_id(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id

    for days in (1, 2, 3):
        answer = moved(desk, appointment_id, days)
        assert answer.result is Result.BOOKED
        assert answer.appointment_id == appointment_id
        assert answer.starts_at == TWO_PM_TUESDAY + timedelta(days=days)
    cancelled = asked(desk, Action.CANCEL, appointment_id=appointment_id)

    assert cancelled.result is Result.CANCELLED
    assert cancelled.appointment_id == appointment_id
    assert desk.calendar.live() == []
    assert len(desk.appointment(appointment_id).uids) == 4


def test_a_raw_cal_com_uid_of_any_age_is_taken(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    first_uid = desk.appointment(appointment_id).uid
    moved(desk, appointment_id, 1)

    assert asked(desk, Action.CANCEL, appointment_id=first_uid).appointment_id == appointment_id
    assert desk.calendar.live() == []


def test_cancelling_twice_is_answered_twice_with_the_same_id(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    asked(desk, Action.CANCEL, appointment_id=appointment_id)
    desk.later(3600)

    again = asked(desk, Action.CANCEL, appointment_id=appointment_id)

    assert again.result is Result.CANCELLED
    assert again.appointment_id == appointment_id


def test_a_cancelled_appointment_cannot_be_moved(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    asked(desk, Action.CANCEL, appointment_id=appointment_id)

    assert moved(desk, appointment_id, 1).result is Result.ALREADY_CANCELLED


def test_an_appointment_that_is_over_cannot_be_moved(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.later(7 * 24 * 3600)

    assert moved(desk, appointment_id, 14).result is Result.ALREADY_OVER


@pytest.mark.parametrize("action", [Action.CANCEL, Action.RESCHEDULE])
def test_an_unknown_appointment_is_not_found(desk: Desk, action: Action) -> None:
    when = TWO_PM_TUESDAY.isoformat()

    assert asked(desk, action, appointment_id="appt_123", appointment_datetime=when).result is (
        Result.UNKNOWN_APPOINTMENT
    )


def test_a_refused_move_leaves_the_booking_as_it_was(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.script = [TAKEN]
    desk.calendar.free = [TWO_PM_TUESDAY + timedelta(days=1, hours=1)]

    answer = moved(desk, appointment_id, 1)

    assert answer.result is Result.SLOT_TAKEN
    assert answer.openings == (TWO_PM_TUESDAY + timedelta(days=1, hours=1),)
    assert [row.starts_at for row in desk.calendar.live()] == [TWO_PM_TUESDAY]
    assert desk.appointment(appointment_id).starts_at == TWO_PM_TUESDAY


def test_a_move_to_where_it_already_is_writes_nothing(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id

    assert moved(desk, appointment_id, 0).result is Result.BOOKED
    assert [what for what, _ in desk.calendar.writes] == ["book"]


def test_a_lost_answer_to_a_move_is_found_through_the_old_uid(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.script = ["lost"]
    when = (TWO_PM_TUESDAY + timedelta(days=1)).isoformat()
    answer = desk.ask(Action.RESCHEDULE, appointment_id=appointment_id, appointment_datetime=when)

    desk.work_until_final(answer.job_id, within=10)

    assert desk.read_job(answer.job_id).answer.result is Result.BOOKED
    assert len(desk.calendar.writes) == 2
    assert len(desk.calendar.live()) == 1


def test_a_lost_answer_to_a_cancel_is_found_by_its_status(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.script = ["lost"]
    answer = desk.ask(Action.CANCEL, appointment_id=appointment_id)

    desk.work_until_final(answer.job_id, within=10)

    assert desk.read_job(answer.job_id).answer.result is Result.CANCELLED
    assert len(desk.calendar.writes) == 2


def test_a_cancel_that_did_not_arrive_is_soon_sent_again(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.script = [Unknown()]
    answer = desk.ask(Action.CANCEL, appointment_id=appointment_id)

    desk.work_until_final(answer.job_id, within=10)

    assert desk.calendar.live() == []


def test_a_booking_moved_in_cal_com_itself_is_followed(desk: Desk) -> None:
    appointment_id = desk.booked().appointment_id
    access_ignored: Any = None
    desk.calendar.move(access_ignored, "uid1", TWO_PM_TUESDAY + timedelta(days=5), "host moved it")
    desk.calendar.script = [Moved(uid="uid2")]

    answer = asked(desk, Action.CANCEL, appointment_id=appointment_id)

    assert answer.result is Result.CANCELLED
    assert desk.calendar.rows["uid2"].status is AppointmentStatus.CANCELLED
    assert desk.appointment(appointment_id).uids == ("uid1", "uid2")


def test_after_a_cancel_the_same_booking_is_made_anew_and_not_replayed(desk: Desk) -> None:
    first = desk.booked(call_session_id="call-1")
    asked(desk, Action.CANCEL, appointment_id=first.appointment_id)

    again = desk.booked(call_session_id="call-1")

    assert again.result is Result.BOOKED
    assert again.appointment_id != first.appointment_id
    assert len(desk.calendar.live()) == 1


@pytest.mark.parametrize(("event_type_id", "expected"), [(101, Result.CANCELLED), (102, Result.UNKNOWN_APPOINTMENT)])
def test_agents_of_one_event_type_share_its_appointments_and_others_do_not_see_them(
    desk: Desk, event_type_id: int, expected: Result
) -> None:
    appointment_id = desk.booked().appointment_id
    other = "22222222-98e9-7c87-86c7-321e2fa98733"
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, id=other, event_type=replace(agent.event_type, id=event_type_id)))
        unit.commit()

    asked_by_other = desk.manage(
        ManageRequest(action=Action.CANCEL, org_id=ORG, agent_id=other, appointment_id=appointment_id, wait=0)
    )
    desk.work()

    answer = desk.read_job(asked_by_other.job_id).answer if asked_by_other.job_id else asked_by_other
    assert answer.result is expected


def test_a_cancel_with_the_id_of_a_booking_under_way_waits_for_it(desk: Desk) -> None:
    booking = desk.book()
    cancel = desk.ask(Action.CANCEL, appointment_id=booking.appointment_id)
    assert cancel.result is Result.CONFIRMING

    desk.work()

    assert desk.read_job(booking.job_id).answer.result is Result.BOOKED
    assert desk.read_job(cancel.job_id).answer.result is Result.CANCELLED
    assert desk.calendar.live() == []


def test_a_cancel_does_not_overtake_a_booking_that_pauses(desk: Desk) -> None:
    desk.calendar.script = [RetryLater(wait=30.0, counts=False)]
    booking = desk.book()
    desk.work()
    cancel = desk.ask(Action.CANCEL, appointment_id=booking.appointment_id)
    desk.work()
    assert desk.read_job(cancel.job_id).answer.result is Result.CONFIRMING

    desk.work_until_final(booking.job_id)
    desk.work_until_final(cancel.job_id)

    assert desk.calendar.live() == []
    assert [what for what, _ in desk.calendar.writes] == ["book", "book", "cancel"]


def test_a_booking_the_host_called_off_is_not_replayed_as_booked(desk: Desk) -> None:
    first = desk.booked()
    uid = desk.appointment(first.appointment_id).uid
    desk.calendar.rows[uid] = replace(desk.calendar.rows[uid], status=AppointmentStatus.CANCELLED)
    desk.calendar.script = [Failed(result=Result.ALREADY_CANCELLED)]
    assert moved(desk, first.appointment_id, 1).result is Result.ALREADY_CANCELLED

    again = desk.booked()

    assert again.appointment_id != first.appointment_id
    assert len(desk.calendar.live()) == 1
