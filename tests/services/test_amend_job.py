"""A job may run again with another time or contact: as the same job, in good time, and never beside what it did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action, Book, Reschedule
from app.domain.audit import Deed
from app.domain.errors import CalendarError, ConflictError, RefusedError
from app.domain.event_types import BookingField
from app.domain.jobs import Job, Status
from app.domain.outcomes import Failed, Outcome, RetryLater, Unknown
from app.domain.preflight import Verdict
from app.services.amend_job import Change
from app.services.show_job import ShowJob
from tests.services.desk import PLAIN, TWO_PM_TUESDAY, Desk
from tests.services.mending import HALF_HOUR, Mending
from tests.services.scripted_calendar import TAKEN

LATER = TWO_PM_TUESDAY + 2 * HALF_HOUR


@pytest.fixture
def mending(desk: Desk) -> Mending:
    desk.calendar.free = [TWO_PM_TUESDAY + step * HALF_HOUR for step in range(9)]
    return Mending(desk)


def amend(mending: Mending, job: Job, *, reason: str = "she rang again", version: str = "", **change: Any) -> Job:
    return mending.amend_job(job.id, Change(**change), actor="operator:jane", reason=reason, version=version)


def refusal(mending: Mending, job: Job, **change: Any) -> RefusedError:
    before = mending.desk.job(job.id)
    with pytest.raises(RefusedError) as refused:
        amend(mending, job, **change)
    assert mending.desk.job(job.id) == before
    assert mending.audit(deed=Deed.AMEND) == []
    return refused.value


def test_a_job_runs_at_another_time_and_is_still_the_same_job(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    again = amend(mending, job, starts_at=LATER)
    assert (again.id, again.appointment_id, again.dedupe_key) == (job.id, job.appointment_id, job.dedupe_key)
    assert (again.status, again.starts_at, again.ends_at) == (Status.QUEUED, LATER, LATER + HALF_HOUR)
    done = mending.run_to_end(job)
    assert done.final is not None
    assert (done.status, done.final.starts_at) == (Status.SUCCEEDED, LATER)
    (booking,) = desk.calendar.live()
    assert (booking.starts_at, booking.metadata["ringbook_job"]) == (LATER, job.id)


def test_a_job_runs_with_another_contact(desk: Desk, mending: Mending) -> None:
    job = mending.refused(Failed(result=Result.EMAIL_NEEDED))
    desk.later(60)
    amend(mending, job, name=" Jane  Roe ", email="Jane.Roe@Example.com", phone="+1 212 555 0199")
    mending.run_to_end(job)
    attendee = desk.appointment(job.appointment_id).attendee
    assert (attendee.name, attendee.email, attendee.phone) == ("Jane  Roe", "jane.roe@example.com", "+12125550199")


def test_a_move_may_go_to_another_time(desk: Desk, mending: Mending) -> None:
    job = mending.change(Action.RESCHEDULE, TWO_PM_TUESDAY + HALF_HOUR)
    desk.later(60)
    amend(mending, job, starts_at=LATER)
    assert mending.run_to_end(job).status is Status.SUCCEEDED
    command = desk.job(job.id).command
    assert isinstance(command, Reschedule)
    assert desk.appointment(command.appointment_id).starts_at == LATER


def test_it_is_recorded_what_was_changed_but_not_whom_it_is_for(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    amend(mending, job, starts_at=LATER, email="new@example.com")
    (entry,) = mending.audit(target=job.id)
    assert (entry.deed, entry.actor, entry.reason) == (Deed.AMEND, "operator:jane", "she rang again")
    (amendment,) = ShowJob(read_unit=desk.database.reading_unit)(job.id).amendments
    assert (amendment.id, amendment.changed) == (entry.id, ("time", "email"))
    assert (amendment.at, amendment.former_starts_at) == (desk.now, TWO_PM_TUESDAY)


def test_the_same_request_again_gets_the_answer_of_the_amended_job(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent(idempotency_key="call-1")
    amend(mending, job, starts_at=LATER)
    mending.run_to_end(job)
    again = desk.book(idempotency_key="call-1")
    assert (again.job_id, again.result, again.starts_at) == (job.id, Result.BOOKED, LATER)
    assert len(desk.calendar.writes) == 1


def test_a_time_that_is_not_free_is_refused_with_the_nearest(mending: Mending) -> None:
    refused = refusal(mending, mending.never_sent(), starts_at=TWO_PM_TUESDAY - HALF_HOUR)
    assert (refused.result, list(refused.fields)) == (Result.SLOT_NOT_OFFERED, ["time"])
    assert refused.openings[0] == TWO_PM_TUESDAY


def test_a_time_that_has_passed_is_refused(desk: Desk, mending: Mending) -> None:
    refused = refusal(mending, mending.never_sent(), starts_at=desk.now - HALF_HOUR)
    assert refused.result is Result.TIME_PAST


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"name": "  "}, "name"),
        ({"email": " ", "phone": ""}, "contact"),
        ({"email": "", "phone": "+12125550123"}, "email"),
        ({}, "job"),
        ({"email": "JANE@example.com"}, "job"),
    ],
)
def test_a_contact_has_to_be_one(mending: Mending, change: dict[str, str], field: str) -> None:
    assert list(refusal(mending, mending.never_sent(), **change).fields) == [field]


@pytest.mark.parametrize("reason", ["", "for jane@example.com", "mail to NEW@example.com"])
def test_a_reason_is_asked_for_and_names_nobody(mending: Mending, reason: str) -> None:
    refused = refusal(mending, mending.never_sent(), email="new@example.com", reason=reason)
    assert list(refused.fields) == ["reason"]


def test_while_the_outcome_of_a_write_is_open_nothing_is_changed(desk: Desk, mending: Mending) -> None:
    job = mending.closed_while_open(Unknown())
    assert "may still carry out what was sent" in refusal(mending, job, starts_at=LATER).fields["job"]


@pytest.mark.parametrize("then", [[], [TAKEN]])
def test_another_time_is_not_asked_for_while_a_lost_write_may_still_be_carried_out(
    desk: Desk, mending: Mending, then: list[Outcome]
) -> None:
    """At the same time Cal.com would refuse the second booking; at another one it would make both."""
    desk.calendar.script = [Unknown(), *then]
    job = desk.job(desk.book().job_id)
    desk.work()
    if then:
        desk.work_until_final(job.id, within=40)
    else:
        mending.discard_job(job.id, actor="test", reason="by mistake", force=True)
    desk.now = job.created_at + timedelta(seconds=125)
    assert mending.check(job).verdict is Verdict.USEFUL
    assert "may still carry out what was sent" in refusal(mending, job, starts_at=LATER).fields["job"]
    desk.later(5)
    amend(mending, job, starts_at=LATER)
    mending.run_to_end(job)
    assert [booking.starts_at for booking in desk.calendar.live()] == [LATER]


def test_once_it_is_found_out_that_nothing_came_of_a_write_its_job_may_be_changed(desk: Desk, mending: Mending) -> None:
    """Though its time has passed, by which it could not run as it is."""
    job = mending.closed_while_open(Unknown())
    desk.now = TWO_PM_TUESDAY + timedelta(minutes=1)
    again = amend(mending, job, starts_at=LATER)
    assert again.outcome_is_open
    assert mending.run_to_end(job).status is Status.SUCCEEDED
    assert [booking.starts_at for booking in desk.calendar.live()] == [LATER]


def test_what_cal_com_turns_out_to_have_is_not_booked_at_another_time_as_well(desk: Desk, mending: Mending) -> None:
    job = mending.refused()
    desk.later(60)
    mending.late_booking(job)
    assert "Cal.com has it already" in refusal(mending, job, starts_at=LATER).fields["job"]


def test_what_cannot_be_found_out_is_not_changed(desk: Desk, mending: Mending) -> None:
    job = mending.refused()
    desk.calendar.look_fault = CalendarError(RetryLater())
    assert "could not be asked" in refusal(mending, job, starts_at=LATER).fields["job"]


def test_a_cancel_has_nothing_to_change(mending: Mending) -> None:
    assert "no time and no contact" in refusal(mending, mending.change(Action.CANCEL), starts_at=LATER).fields["job"]


def test_a_job_that_moved_on_is_left_alone(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    mending.requeue_job(job.id, actor="somebody else")
    with pytest.raises(ConflictError, match="has changed since it was looked at"):
        amend(mending, job, starts_at=LATER, version=job.version)
    with pytest.raises(ConflictError, match="is queued"):
        amend(mending, job, starts_at=LATER)


def test_a_job_that_moves_on_while_cal_com_is_asked_is_left_alone(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()

    class Slow:
        def __getattr__(self, name: str) -> object:
            mending.discard_job(job.id, actor="somebody else", reason="rang again")
            return getattr(desk.calendar, name)

    slow: object = Slow()
    checking = replace(mending.preflight_job, calendar=slow)  # type: ignore[arg-type]
    with pytest.raises(ConflictError):
        replace(mending.amend_job, preflight_job=checking)(job.id, Change(starts_at=LATER), actor="a", reason="r")
    assert desk.job(job.id).status is Status.DISCARDED
    assert mending.audit(deed=Deed.AMEND) == []


def test_an_address_made_up_for_a_number_follows_the_number(desk: Desk, mending: Mending) -> None:
    mending.change_agent(placeholder_email="{digits}@clinic.example")
    job = mending.never_sent(email="", phone="+12125550123")
    amend(mending, job, phone="+12125550199", email="12125550123@clinic.example")
    command = desk.job(job.id).command
    assert isinstance(command, Book)
    assert command.attendee.email == "12125550199@clinic.example"


def test_a_national_number_is_read_as_one_of_the_agents_country(desk: Desk, mending: Mending) -> None:
    mending.change_agent(
        phone_country="US", event_type=replace(PLAIN, fields=(BookingField(slug="email", required=False),))
    )
    job = mending.never_sent()
    amend(mending, job, phone="(212) 555-0199", email="")
    command = desk.job(job.id).command
    assert isinstance(command, Book)
    assert (command.attendee.email, command.attendee.phone) == ("", "+12125550199")


def test_more_time_is_given_as_for_any_retry(desk: Desk, mending: Mending) -> None:
    job = mending.never_sent()
    assert amend(mending, job, starts_at=LATER).deadline_at == desk.now + timedelta(minutes=15)
