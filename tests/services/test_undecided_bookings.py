"""A change of an appointment of which nobody knows whether its booking was made: neither done nor denied."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.errors import CalendarError
from app.domain.outcomes import RetryLater
from app.services.manage_appointment import ManageRequest
from tests.services.desk import AGENT, ORG, TWO_PM_TUESDAY, Desk
from tests.services.mending import Mending

COLLEAGUE = "22222222-98e9-7c87-86c7-321e2fa98733"
CHANGES = pytest.mark.parametrize("action", [Action.CANCEL, Action.RESCHEDULE])


@pytest.fixture
def undecided(desk: Desk) -> Answer:
    """Cal.com has it; nobody could find that out."""
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    booking = desk.book()
    desk.work_until_final(booking.job_id)
    return booking


def changed(desk: Desk, action: Action, booking: Answer, agent_id: str = AGENT, **fields: Any) -> Answer:
    when: dict[str, Any] = {"appointment_datetime": (TWO_PM_TUESDAY + timedelta(days=1)).isoformat()}
    fields |= when if action is Action.RESCHEDULE else {}
    named: dict[str, Any] = {"org_id": ORG, "agent_id": agent_id, "appointment_id": booking.appointment_id}
    answer = desk.manage(ManageRequest(action=action, wait=0, **(named | fields)))
    desk.work()
    return desk.read_job(answer.job_id).answer if answer.job_id else answer


@pytest.mark.parametrize("discarded", [False, True])
def test_what_waited_for_a_booking_of_unknown_outcome_is_not_told_that_there_is_none(
    desk: Desk, discarded: bool
) -> None:
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    booking = desk.book()
    desk.work()
    cancel = desk.ask(Action.CANCEL, appointment_id=booking.appointment_id)
    if discarded:
        Mending(desk).discard_job(booking.job_id, actor="test", reason="tired of it", force=True)
    desk.work_until_final(booking.job_id)
    desk.work_until_final(cancel.job_id)

    assert len(desk.calendar.live()) == 1
    assert desk.read_job(cancel.job_id).answer.result is Result.OUTCOME_UNKNOWN
    assert "retry its booking" in Mending(desk).check(desk.job(cancel.job_id)).says


@CHANGES
@pytest.mark.parametrize("contact_match", [False, True])
def test_nor_what_comes_once_that_is_given_up(
    desk: Desk, undecided: Answer, action: Action, contact_match: bool
) -> None:
    desk.change_organization(contact_match=contact_match)
    answer = changed(desk, action, undecided, email="jane@example.com")

    assert answer.result is Result.OUTCOME_UNKNOWN
    assert len(desk.calendar.live()) == 1
    assert "retry its booking" in Mending(desk).check(desk.job(answer.job_id)).says


@CHANGES
def test_somebody_else_is_told_that_there_is_none(desk: Desk, undecided: Answer, action: Action) -> None:
    desk.change_organization(contact_match=True)
    answer = changed(desk, action, undecided, email="other@example.com")
    assert answer.result is Result.UNKNOWN_APPOINTMENT


@CHANGES
def test_once_the_booking_is_found_the_same_change_is_made(desk: Desk, undecided: Answer, action: Action) -> None:
    changed(desk, action, undecided)
    assert changed(desk, action, undecided).result is Result.OUTCOME_UNKNOWN
    desk.calendar.look_fault = None
    Mending(desk).requeue_job(undecided.job_id, actor="test")
    desk.work()

    assert changed(desk, action, undecided).result in {Result.CANCELLED, Result.BOOKED}
    assert TWO_PM_TUESDAY not in [booking.starts_at for booking in desk.calendar.live()]


@CHANGES
def test_who_may_not_touch_an_appointment_is_not_let_at_it_for_a_change_of_unknown_outcome(
    desk: Desk, action: Action
) -> None:
    booked = desk.booked()
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    desk.work_until_final(changed(desk, Action.RESCHEDULE, booked).job_id)
    desk.calendar.look_fault = None
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, id=COLLEAGUE, event_type=replace(agent.event_type, id=102)))
        unit.commit()

    assert changed(desk, action, booked, COLLEAGUE).result is Result.UNKNOWN_APPOINTMENT
