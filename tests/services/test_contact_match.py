"""Where the organization wants it, only who names the attendee's contact can move or cancel an appointment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from tests.services.desk import TWO_PM_TUESDAY, Desk

PHONE = "+12125550123"


@pytest.fixture
def careful(desk: Desk) -> Desk:
    desk.change_organization(contact_match=True)
    return desk


def change(desk: Desk, action: Action, appointment_id: str, **contact: Any) -> Answer:
    when: dict[str, Any] = {"appointment_datetime": (TWO_PM_TUESDAY + timedelta(days=1)).isoformat()}
    fields = when if action is Action.RESCHEDULE else {}
    return desk.ask(action, appointment_id=appointment_id, **fields, **contact)


CHANGES = pytest.mark.parametrize("action", [Action.CANCEL, Action.RESCHEDULE])


@CHANGES
@pytest.mark.parametrize(
    "contact",
    [
        {"email": "JANE@example.com"},
        {"phone": "+1 212 555 0123"},
        {"email": "jane@example.com", "phone": "+12125550199"},
        {"email": "other@example.com", "phone": PHONE},
    ],
)
def test_the_attendees_own_contact_opens_it(careful: Desk, action: Action, contact: dict[str, str]) -> None:
    booked = careful.booked(phone=PHONE)
    assert change(careful, action, booked.appointment_id, **contact).result is Result.CONFIRMING


@CHANGES
def test_another_contact_hears_what_a_wrong_id_hears(careful: Desk, action: Action) -> None:
    booked = careful.booked(phone=PHONE)
    wrong = {"email": "other@example.com", "phone": "+12125550199"}
    mismatch = change(careful, action, booked.appointment_id, **wrong)
    unknown = change(careful, action, "appt_unknown", **wrong)
    assert mismatch.result is Result.UNKNOWN_APPOINTMENT
    assert mismatch == unknown


@CHANGES
def test_without_a_contact_it_is_said_what_is_missing(careful: Desk, action: Action) -> None:
    answer = change(careful, action, careful.booked().appointment_id)
    assert answer.result is Result.INVALID
    assert answer.fields == {"email": "or phone is required", "phone": "or email is required"}


def test_a_booking_still_under_way_is_guarded_too(careful: Desk) -> None:
    asked = careful.book(phone=PHONE)
    appointment_id = careful.job(asked.job_id).appointment_id
    assert change(careful, Action.CANCEL, appointment_id, email="o@example.com").result is Result.UNKNOWN_APPOINTMENT
    assert change(careful, Action.CANCEL, appointment_id, phone=PHONE).result is Result.CONFIRMING


def test_a_uid_of_cal_com_is_guarded_too(careful: Desk) -> None:
    booked = careful.booked()
    uid = careful.appointment(booked.appointment_id).uid
    assert change(careful, Action.CANCEL, uid, email="other@example.com").result is Result.UNKNOWN_APPOINTMENT
    assert change(careful, Action.CANCEL, uid, email="jane@example.com").result is Result.CONFIRMING


def test_elsewhere_nobody_is_asked(desk: Desk) -> None:
    booked = desk.booked()
    assert change(desk, Action.CANCEL, booked.appointment_id).result is Result.CONFIRMING
