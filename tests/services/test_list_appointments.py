"""A verified caller hears what Cal.com has, whoever made or changed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, Result
from app.domain.appointments import Action, AppointmentStatus, Booking
from app.domain.caller_secrets import Proof
from app.domain.errors import CalendarError
from app.domain.outcomes import RetryLater
from tests.services.desk import AGENT, TWO_PM_TUESDAY, Desk

SECRET = "a-long-and-random-secret"


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    desk.add_secret(SECRET)
    return desk


def listed(desk: Desk, secret: str = SECRET, **contact: str) -> Answer:
    return desk.ask(Action.LIST, wait=5, proof=Proof(secret=secret), **(contact or {"email": "jane@example.com"}))


def test_only_the_right_secret_opens_the_list(guarded: Desk) -> None:
    assert listed(guarded, "wrong").result is Result.NOT_VERIFIED
    assert listed(guarded).result is Result.NONE_LISTED


def test_an_appointment_is_listed_under_its_id(guarded: Desk) -> None:
    booked = guarded.booked()

    (only,) = listed(guarded).appointments

    assert only.appointment_id == booked.appointment_id
    assert only.starts_at == TWO_PM_TUESDAY


def test_what_the_host_moved_or_cancelled_is_told_as_it_is(guarded: Desk) -> None:
    booked = guarded.booked()
    nobody: Any = None
    guarded.calendar.move(nobody, "uid1", TWO_PM_TUESDAY + timedelta(hours=1), "the host")
    (only,) = listed(guarded).appointments
    assert only.appointment_id == booked.appointment_id
    assert only.starts_at == TWO_PM_TUESDAY + timedelta(hours=1)

    guarded.calendar.cancel(nobody, "uid2", "the host")
    assert listed(guarded).result is Result.NONE_LISTED


def test_a_booking_made_elsewhere_is_listed_and_can_be_cancelled(guarded: Desk) -> None:
    guarded.calendar.rows["web"] = Booking(
        uid="web",
        status=AppointmentStatus.ACCEPTED,
        starts_at=TWO_PM_TUESDAY,
        ends_at=TWO_PM_TUESDAY + timedelta(minutes=30),
        attendee_email="14155550123@sms.cal.com",
        attendee_phone="+14155550123",
        metadata={},
    )

    (only,) = listed(guarded, phone="+1 415 555 0123").appointments
    (again,) = listed(guarded, phone="+14155550123").appointments
    assert again.appointment_id == only.appointment_id

    answer = guarded.ask(Action.CANCEL, appointment_id=only.appointment_id)
    guarded.work()
    assert guarded.read_job(answer.job_id).answer.result is Result.CANCELLED


def test_an_agent_with_another_event_type_still_lists_what_it_booked(guarded: Desk) -> None:
    booked = guarded.booked()
    with guarded.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, event_type=replace(agent.event_type, id=999)))
        unit.commit()

    looks = guarded.calendar.looks
    (only,) = listed(guarded).appointments

    assert only.appointment_id == booked.appointment_id
    assert guarded.calendar.looks - looks == 2


def test_what_it_booked_with_another_account_is_not_asked_of_this_one(guarded: Desk) -> None:
    booked = guarded.appointment(guarded.booked().appointment_id)
    with guarded.database.unit() as unit:
        elsewhere = replace(booked, id="appt_elsewhere", account_id="b" * 32, event_type_id=999, uids=("elsewhere",))
        unit.appointments.save(elsewhere)
        unit.commit()
    looks = guarded.calendar.looks
    assert len(listed(guarded).appointments) == 1
    assert guarded.calendar.looks - looks == 1


def test_somebody_elses_appointment_is_not_listed(guarded: Desk) -> None:
    guarded.booked(email="john@example.com")

    assert listed(guarded).result is Result.NONE_LISTED


def test_when_cal_com_cannot_be_asked_nothing_is_claimed(guarded: Desk) -> None:
    guarded.booked()
    guarded.calendar.look_fault = CalendarError(RetryLater())

    assert listed(guarded).result is Result.UPSTREAM_DOWN
