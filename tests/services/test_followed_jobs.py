"""What was asked for again, or changed since, an operator's retry does not do a second time or undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.errors import RefusedError
from app.domain.jobs import Job, Status
from app.domain.outcomes import Failed, RetryLater
from app.domain.preflight import Verdict
from app.services.amend_job import Change
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.mending import HALF_HOUR, Mending

LATER = TWO_PM_TUESDAY + 2 * HALF_HOUR
LATEST = LATER + timedelta(days=1)
SETTLE_TIME = 130
REFUSED = Failed(result=Result.UPSTREAM_REFUSED)

KEYS = pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"idempotency_key": "tool-1"}, {"idempotency_key": "tool-2"}),
        ({"call_session_id": "call-1"}, {"call_session_id": "call-2"}),
    ],
    ids=["no key", "tool calls", "calls"],
)


@pytest.fixture
def mending(desk: Desk) -> Mending:
    desk.calendar.free = [TWO_PM_TUESDAY, LATER, LATEST]
    return Mending(desk)


def change(desk: Desk, appointment_id: str, **fields: Any) -> Job:
    asked = desk.ask(Action.RESCHEDULE, appointment_id=appointment_id, **fields)
    desk.work()
    return desk.job(asked.job_id)


def assert_useful(desk: Desk, mending: Mending, job: Job) -> None:
    desk.later(SETTLE_TIME)
    assert mending.check(job).verdict is Verdict.USEFUL
    assert mending.requeue_job(job.id, actor="test").status is Status.QUEUED


def assert_only_by_force(desk: Desk, mending: Mending, job: Job) -> None:
    told = mending.check(job)
    assert (told.verdict, "could be done twice" in told.says) == (Verdict.CANNOT_BE_RETRIED, True)
    with pytest.raises(RefusedError) as refusal:
        mending.requeue_job(job.id, actor="test")
    assert "could be done twice" in refusal.value.fields["job"]
    assert desk.job(job.id).status is Status.FAILED
    assert mending.requeue_job(job.id, force=True, actor="test").status is Status.QUEUED


@KEYS
def test_a_booking_that_was_asked_for_again_is_not_made_beside_the_other(
    desk: Desk, mending: Mending, first: dict[str, Any], second: dict[str, Any]
) -> None:
    job = mending.refused(**first)
    desk.later(60)
    again = desk.booked(**second)
    change(desk, again.appointment_id, appointment_datetime=LATER.isoformat())

    assert_only_by_force(desk, mending, job)


@KEYS
def test_a_move_is_not_made_after_a_later_one(
    desk: Desk, mending: Mending, first: dict[str, Any], second: dict[str, Any]
) -> None:
    appointment_id = desk.booked().appointment_id
    desk.calendar.script = [REFUSED]
    job = change(desk, appointment_id, appointment_datetime=LATER.isoformat(), **first)
    desk.later(60)
    change(desk, appointment_id, appointment_datetime=LATEST.isoformat(), **second)

    assert_only_by_force(desk, mending, job)


def test_what_may_yet_be_done_counts(desk: Desk, mending: Mending) -> None:
    job = mending.refused(idempotency_key="tool-1")
    desk.later(60)
    desk.calendar.script = [RetryLater()]
    desk.book(idempotency_key="tool-2")
    desk.work()

    assert_only_by_force(desk, mending, job)


def test_what_came_to_nothing_does_not_count(desk: Desk, mending: Mending) -> None:
    job = mending.refused(idempotency_key="tool-1")
    desk.later(60)
    mending.refused(idempotency_key="tool-2")

    assert_useful(desk, mending, job)


def test_another_time_of_the_same_person_does_not_count(desk: Desk, mending: Mending) -> None:
    job = mending.refused()
    desk.later(60)
    desk.booked(LATEST)

    assert_useful(desk, mending, job)


def test_what_came_before_does_not_count(desk: Desk, mending: Mending) -> None:
    appointment_id = desk.booked().appointment_id
    change(desk, appointment_id, appointment_datetime=LATER.isoformat())
    desk.later(60)
    desk.calendar.script = [REFUSED]
    job = change(desk, appointment_id, appointment_datetime=LATEST.isoformat())

    assert_useful(desk, mending, job)


def test_a_booking_that_was_asked_for_again_is_not_made_at_another_time_either(desk: Desk, mending: Mending) -> None:
    job = mending.refused(idempotency_key="tool-1")
    desk.later(SETTLE_TIME)
    desk.booked(idempotency_key="tool-2")

    with pytest.raises(RefusedError, match="invalid"):
        mending.amend_job(job.id, Change(starts_at=LATEST), actor="operator:jane", reason="she rang", version="")
    assert desk.job(job.id).status is Status.FAILED
