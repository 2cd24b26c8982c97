"""A list tells what Cal.com has, and leaves it to jobs and notices to bring our own rows up to that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.answers import Answer, ListedAppointment, Result
from app.domain.appointments import Action, AppointmentStatus, Booking
from app.domain.caller_secrets import Proof
from app.domain.errors import CalendarError
from app.domain.events import EventName
from app.domain.identifiers import new_appointment_id
from app.domain.jobs import Status
from app.domain.notices import JOB_KEY
from app.domain.outcomes import RetryLater
from app.domain.webhook_stores import DeliveryFilter
from app.services.send_command import APPOINTMENT_KEY
from tests.services.desk import ORG, TWO_PM_TUESDAY, Desk
from tests.services.switchboard import Switchboard

SECRET = "a-long-and-random-secret"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = 1
"""Seconds within which the scheduler has what a list noted handled."""

WEB = Booking(
    uid="web",
    status=AppointmentStatus.ACCEPTED,
    starts_at=TWO_PM_TUESDAY,
    ends_at=TWO_PM_TUESDAY + timedelta(minutes=30),
    event_type_id=101,
    attendee_name="Jane",
    attendee_email="jane@example.com",
    metadata={},
)


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    desk.add_secret(SECRET)
    return Switchboard(desk)


@pytest.fixture
def shared_desk(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Over PostgreSQL, where two may write at the same moment."""
    monkeypatch.setattr("tests.services.desk.migrated", lambda _: postgres_url)
    desk = Desk(tmp_path)
    desk.add_secret(SECRET)
    yield desk
    desk.close()


def listed(desk: Desk, email: str = "jane@example.com") -> list[ListedAppointment]:
    answer: Answer = desk.ask(Action.LIST, wait=5, proof=Proof(secret=SECRET), email=email)
    assert answer.result in {Result.LISTED, Result.NONE_LISTED}
    return list(answer.appointments)


def told(desk: Desk) -> list[EventName]:
    with desk.database.reading_unit() as unit:
        found = [unit.deliveries.event(each.event_id) for each in unit.deliveries.search(DeliveryFilter(org_id=ORG))]
    return [event.name for event in found if event is not None]


def while_listing(desk: Desk, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """It happens between Cal.com's answer and what is made of it."""
    look = desk.calendar.bookings

    def slow(*arguments: Any, **options: Any) -> list[Booking]:
        found = look(*arguments, **options)
        happens()
        return found

    monkeypatch.setattr(desk.calendar, "bookings", slow)
    listed(desk)


def test_what_the_host_moved_is_told_to_its_owner_though_a_caller_listed_it_first(board: Switchboard) -> None:
    ours = board.booked()
    new = board.move("uid1")
    (only,) = listed(board.desk)
    assert (only.appointment_id, only.starts_at) == (ours, TWO_PM_TUESDAY + HOUR)
    board.tell("BOOKING_RESCHEDULED", new, rescheduleUid="uid1")
    board.work()
    assert [event.name for event in board.raised()] == [EventName.APPOINTMENT_RESCHEDULED]
    assert board.desk.appointment(ours).starts_at == TWO_PM_TUESDAY + HOUR


def test_what_the_hook_did_not_tell_is_noted_by_a_list(board: Switchboard) -> None:
    ours = board.booked()
    board.move("uid1")
    for _ in range(3):
        listed(board.desk)
    board.later(SOON)
    assert [event.name for event in board.raised()] == [EventName.APPOINTMENT_RESCHEDULED]
    assert board.outcomes() == ["updated"]
    assert board.desk.appointment(ours).starts_at == TWO_PM_TUESDAY + HOUR


def test_what_was_moved_twice_unseen_is_still_the_same_appointment(board: Switchboard) -> None:
    ours = board.booked()
    board.move(board.move("uid1").uid)
    (only,) = listed(board.desk)
    assert (only.appointment_id, only.starts_at) == (ours, TWO_PM_TUESDAY + 2 * HOUR)
    board.later(SOON)
    assert board.desk.appointment(ours).uids == ("uid1", "uid2", "uid3")


@pytest.mark.parametrize("action", [Action.RESCHEDULE, Action.CANCEL])
def test_a_change_that_ends_while_a_list_is_read_is_not_undone(
    board: Switchboard, monkeypatch: pytest.MonkeyPatch, action: Action
) -> None:
    desk, ours = board.desk, board.booked()
    moves = action is Action.RESCHEDULE
    new_time: dict[str, Any] = {"appointment_datetime": (TWO_PM_TUESDAY + HOUR).isoformat()} if moves else {}

    def changed() -> None:
        asked = desk.ask(action, appointment_id=ours, **new_time)
        desk.work()
        assert desk.read_job(asked.job_id).answer.result in {Result.BOOKED, Result.CANCELLED}

    while_listing(desk, monkeypatch, changed)
    kept = desk.appointment(ours)
    assert (kept.starts_at, kept.status.is_live) == (
        (TWO_PM_TUESDAY + HOUR, True) if moves else (TWO_PM_TUESDAY, False)
    )


def test_a_booking_whose_job_still_looks_for_it_is_listed_under_its_id(board: Switchboard) -> None:
    desk = board.desk
    desk.calendar.script = ["lost"]
    asked = desk.book()
    desk.work()
    assert [each.appointment_id for each in listed(desk)] == [asked.appointment_id]
    board.later(SOON)  # what the list noted has the job look
    answer = desk.read_job(asked.job_id).answer
    assert (answer.result, answer.appointment_id) == (Result.BOOKED, asked.appointment_id)
    assert EventName.APPOINTMENT_BOOKED in told(desk)


def test_a_job_that_gave_up_looking_is_settled_once_its_booking_is_listed(board: Switchboard) -> None:
    desk = board.desk
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    job = desk.work_until_final(desk.book(TWO_PM_TUESDAY + 2 * DAY).job_id)
    assert job.final is not None
    assert job.final.result is Result.OUTCOME_UNKNOWN
    desk.calendar.look_fault = None
    assert [each.appointment_id for each in listed(desk)] == [job.appointment_id]
    board.later(SOON)
    assert desk.job(job.id).status is Status.SUCCEEDED
    assert desk.appointment(job.appointment_id).uids == ("uid1",)


def test_a_booking_that_merely_claims_to_be_ours_is_its_own(board: Switchboard) -> None:
    jane = board.booked()
    before = board.desk.appointment(jane)
    claims = {**board.desk.calendar.rows["uid1"].metadata, APPOINTMENT_KEY: jane}
    board.desk.calendar.rows["johns"] = replace(
        WEB, uid="johns", starts_at=TWO_PM_TUESDAY + HOUR, attendee_email="john@example.com", metadata=claims
    )
    (only,) = listed(board.desk, "john@example.com")
    assert only.appointment_id != jane
    board.later(SOON)
    assert board.desk.appointment(jane) == before


def test_a_booking_that_names_the_job_of_somebody_else_is_its_own(board: Switchboard) -> None:
    desk = board.desk
    desk.calendar.script = ["lost"]
    asked = desk.book()
    desk.work()
    desk.calendar.rows["johns"] = replace(
        WEB, uid="johns", attendee_email="john@example.com", metadata={JOB_KEY: asked.job_id}
    )
    (only,) = listed(desk, "john@example.com")
    assert only.appointment_id != asked.appointment_id


def test_an_address_kept_with_capitals_is_found(board: Switchboard) -> None:
    board.desk.calendar.rows["web"] = replace(WEB, attendee_email="Jane@Example.com")
    assert [each.starts_at for each in listed(board.desk)] == [TWO_PM_TUESDAY]


def test_two_lists_at_the_same_moment_give_one_id(shared_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shared_desk.calendar.rows["web"] = WEB
    both = threading.Barrier(2)

    def both_have_looked() -> str:
        both.wait(10)
        return new_appointment_id()

    monkeypatch.setattr("app.services.list_appointments.new_appointment_id", both_have_looked)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: listed(shared_desk), range(2)))
    assert answers[0] == answers[1]
    (only,) = answers[0]
    assert shared_desk.ask(Action.CANCEL, appointment_id=only.appointment_id).result is Result.CONFIRMING
