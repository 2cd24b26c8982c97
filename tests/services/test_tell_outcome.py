"""Every outcome is told in the commit that makes it, once, and says what an integration needs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.answers import Result
from app.domain.api_keys import Scope
from app.domain.appointments import Action, AppointmentStatus
from app.domain.errors import CalendarError
from app.domain.events import EventName
from app.domain.outcomes import Succeeded, Unknown
from app.domain.privacy import Person
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Endpoint, EndpointStatus
from app.services.discard_job import DiscardJob
from tests.services.desk import AGENT, NOW, ORG, PLAIN, TWO_PM_TUESDAY, Desk
from tests.services.scripted_calendar import TAKEN

ALL = Scope(org_id=None)
FIRST, SECOND = "ep_00000000000000000000000001", "ep_00000000000000000000000002"
JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": None, "time_zone": "UTC"}
TIME = "2026-11-24T19:00:00Z"


class Ear:
    """The events told to an endpoint, oldest first, as `(type, data)`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        for name in (FIRST, SECOND):
            endpoint = Endpoint(
                id=name, org_id=ORG, url=f"https://{name}.example/", created_at=NOW, status=EndpointStatus.ENABLED
            )
            with desk.database.unit() as unit:
                unit.endpoints.add(endpoint, "whsec_secret")
                unit.commit()

    def heard(self, endpoint_id: str = FIRST) -> list[tuple[str, dict[str, Any]]]:
        with self._desk.database.reading_unit() as unit:
            found = unit.deliveries.search(DeliveryFilter(endpoint_id=endpoint_id, limit=100))
            events = [unit.deliveries.event(each.event_id) for each in found]
        known = [event for event in events if event is not None]
        order = list(EventName)
        known.sort(key=lambda event: (event.occurred_at, order.index(event.name)))
        return [(event.name.value, dict(event.data)) for event in known]

    def names(self, endpoint_id: str = FIRST) -> list[str]:
        return [name for name, _ in self.heard(endpoint_id)]


@pytest.fixture
def ear(desk: Desk) -> Ear:
    return Ear(desk)


def test_a_booking_is_told_with_all_an_integration_needs(desk: Desk, ear: Ear) -> None:
    answer = desk.booked(call_session_id="call-7")
    (booked, done) = ear.heard()
    asked = {
        "version": 1,
        "org_id": ORG,
        "agent_id": AGENT,
        "appointment_id": answer.appointment_id,
        "job_id": desk.job(booked[1]["job_id"]).id,
        "action": "book",
        "call_session_id": "call-7",
    }
    assert booked == (
        "appointment.booked",
        {
            **asked,
            "status": "accepted",
            "date_time": TIME,
            "end_date_time": "2026-11-24T19:30:00Z",
            "previous_date_time": None,
            "calcom_uid": "uid1",
            "source": "ringbook",
            "attendee": JANE,
        },
    )
    assert done == (
        "job.succeeded",
        {
            **asked,
            "status": "succeeded",
            "date_time": TIME,
            "reason": None,
            "attempts": 1,
            "created_at": "2026-11-23T14:00:00Z",
            "finished_at": "2026-11-23T14:00:00Z",
        },
    )
    assert len(desk.bells.to_deliver) == 4, "published after the commit, to both endpoints"


def test_each_seat_of_one_booking_is_told_with_whose_it_is_and_erased_with_them(tmp_path: Path) -> None:
    """Cal.com gives the second attendee the booking of the first."""

    def told_for(ear: Ear) -> list[str | None]:
        told = [data for name, data in ear.heard() if name == EventName.APPOINTMENT_BOOKED]
        return [data["attendee"] and data["attendee"]["name"] for data in told]

    with closing(Desk(tmp_path, replace(PLAIN, seats=3))) as desk:
        ear = Ear(desk)
        desk.booked()
        (booking,) = desk.calendar.rows.values()
        desk.later(1)
        desk.calendar.script = [Succeeded(booking=booking)]
        desk.booked(name="Joe Doe", email="joe@example.com")
        assert told_for(ear) == ["Jane Doe", "Joe Doe"]
        with desk.database.unit() as unit:
            unit.personal_data.erase_of(Person(org_id=ORG, contacts=frozenset({"joe@example.com"})), now=desk.now)
            unit.commit()
        assert told_for(ear) == ["Jane Doe", None]


def test_a_move_and_a_cancellation_are_told_with_the_time_before(desk: Desk, ear: Ear) -> None:
    booked = desk.booked()
    later = TWO_PM_TUESDAY + timedelta(hours=1)
    desk.later(1)
    desk.ask(Action.RESCHEDULE, appointment_id=booked.appointment_id, appointment_datetime=later.isoformat())
    desk.work()
    desk.later(1)
    desk.ask(Action.CANCEL, appointment_id=booked.appointment_id)
    desk.work()
    moved, cancelled = ear.heard()[2], ear.heard()[4]
    assert (moved[0], moved[1]["date_time"], moved[1]["previous_date_time"], moved[1]["calcom_uid"]) == (
        "appointment.rescheduled",
        "2026-11-24T20:00:00Z",
        TIME,
        "uid2",
    )
    assert (cancelled[0], cancelled[1]["status"], cancelled[1]["attendee"]) == (
        "appointment.cancelled",
        "cancelled",
        JANE,
    )


def test_what_the_host_must_confirm_is_pending(desk: Desk, ear: Ear) -> None:
    desk.calendar.status = AppointmentStatus.PENDING
    desk.booked()
    assert ear.names() == ["appointment.pending", "job.succeeded"]


def test_a_refusal_is_told_with_its_reason(desk: Desk, ear: Ear) -> None:
    desk.calendar.script = [TAKEN]
    desk.booked()
    failed, job = ear.heard()
    assert (failed[0], failed[1]["reason"], failed[1]["date_time"], failed[1]["attendee"]) == (
        "appointment.failed",
        "slot_taken",
        TIME,
        JANE,
    )
    assert (job[0], job[1]["reason"], job[1]["status"]) == ("job.failed", "slot_taken", "failed")
    assert "attendee" not in job[1]


def test_an_outcome_nobody_knows_asks_for_a_person(desk: Desk, ear: Ear) -> None:
    desk.calendar.script = ["lost"]
    desk.calendar.look_fault = CalendarError(Unknown())
    desk.work_until_final(desk.book().job_id)
    assert ear.names() == ["appointment.needs_attention", "job.failed"]
    assert ear.heard()[0][1]["reason"] == "outcome_unknown"


def test_a_discarded_job_is_told_and_one_told_before_not_as_a_failure_again(desk: Desk, ear: Ear) -> None:
    discard = DiscardJob(open_unit=desk.database.unit, publisher=desk.bells, doorbell=desk.bells, clock=desk.clock)
    waiting = desk.book()
    discard(waiting.job_id, actor="test", reason="by mistake")
    assert [(name, data["reason"]) for name, data in ear.heard()] == [
        ("appointment.failed", "discarded"),
        ("job.failed", "discarded"),
    ]
    assert ear.heard()[1][1]["status"] == "discarded"
    desk.bells.published.clear()
    desk.calendar.script = [TAKEN]
    desk.booked(TWO_PM_TUESDAY + timedelta(days=1))
    job_id = next(data["job_id"] for _, data in ear.heard() if data["reason"] == "slot_taken")
    discard(job_id, actor="test", reason="seen")
    assert ear.names().count("appointment.failed") == 2
    assert ear.names().count("job.failed") == 3


def test_a_request_may_choose_which_endpoints_are_told(desk: Desk, ear: Ear) -> None:
    desk.booked(webhook_endpoints=(SECOND,))
    assert (ear.names(FIRST), ear.names(SECOND)) == ([], ["appointment.booked", "job.succeeded"])


def test_an_endpoint_that_is_not_the_organizations_is_refused_and_nothing_is_accepted(desk: Desk, ear: Ear) -> None:
    answer = desk.book(webhook_endpoints=(FIRST, "ep_00000000000000000000000009"))
    assert (answer.result, answer.fields) == (
        Result.INVALID,
        {"webhook_endpoints": "names one that is not registered"},
    )
    assert desk.bells.published == []


def test_a_worker_that_wakes_too_late_tells_nothing_and_the_next_one_tells_once(desk: Desk, ear: Ear) -> None:
    asked = desk.book()

    def be_overtaken() -> None:
        desk.calendar.before_write = lambda: None
        desk.later(25)  # past the lease, and too early to send again
        desk.execute(asked.job_id)

    desk.calendar.before_write = be_overtaken
    desk.execute(asked.job_id)
    assert ear.names() == []
    desk.work_until_final(asked.job_id)
    assert ear.names() == ["appointment.booked", "job.succeeded"]


def test_nothing_of_a_person_is_logged(desk: Desk, ear: Ear) -> None:
    with capture_logs() as lines:
        desk.booked()
    assert ear.names()
    assert "Jane" not in repr(lines)
    assert "jane@example.com" not in repr(lines)


def test_events_in_a_repr_show_no_person(desk: Desk, ear: Ear) -> None:
    desk.booked()
    with desk.database.reading_unit() as unit:
        (delivery, *_) = unit.deliveries.search(DeliveryFilter(endpoint_id=FIRST))
        assert "Jane" not in repr(unit.deliveries.event(delivery.event_id))


def test_an_erased_person_is_in_no_event_any_more(desk: Desk, ear: Ear) -> None:
    answer = desk.booked()
    with desk.database.unit() as unit:
        assert unit.deliveries.erase_person([answer.appointment_id]) == 2
        unit.commit()
    assert "Jane" not in repr(ear.heard())
    assert ear.heard()[0][1]["attendee"] is None
