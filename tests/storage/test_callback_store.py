"""Who is to be called back: whoever was told "still confirming" of what then failed, until they have what they want."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.appointments import Attendee, Book
from app.domain.callbacks import Callback, Ending
from app.domain.jobs import Status
from app.storage.database import Database
from tests.storage import callback_rows, rows
from tests.storage.callback_rows import booking, change_of, failed, kept, succeed, told
from tests.storage.rows import ANN, NOW, SECOND, START

BEA = Attendee(name="Bea Cole", email="bea@example.org", phone="+15550111")
LATER = NOW + SECOND


def test_a_failed_job_whose_caller_was_told_it_is_still_confirming_is_one_to_call_back(database: Database) -> None:
    job = failed(database)
    assert rows.stored(database, job).told_pending_at == NOW
    assert kept(database, job) == Callback(
        job_id=job.id, org_id="org", appointment_id=job.appointment_id, action=job.action, created_at=NOW
    )
    shown = callback_rows.shown(database, job)
    assert shown is not None
    assert (shown.job.id, shown.attendee) == (job.id, ANN)


def test_whose_caller_heard_the_failure_itself_is_not_called_back(database: Database) -> None:
    job = rows.added(database)
    callback_rows.fail(database, job)
    assert callback_rows.shown(database, job) is None


def test_nobody_is_told_still_confirming_of_a_job_that_has_ended(database: Database) -> None:
    job = rows.added(database)
    callback_rows.fail(database, job)
    assert not told(database, job)
    assert rows.stored(database, job).told_pending_at is None


def test_that_a_caller_was_told_is_noted_once(database: Database) -> None:
    job = rows.added(database)
    assert [told(database, job), told(database, job, now=LATER)] == [True, False]
    assert rows.stored(database, job).told_pending_at == NOW


def test_many_are_noted_at_once_but_none_that_has_ended_or_was_noted_before(database: Database) -> None:
    open_still, noted, ended, other = (rows.added(database) for _ in range(4))
    told(database, noted)
    callback_rows.fail(database, ended)
    with database.unit() as unit:
        found = unit.callbacks.note_told([each.id for each in (open_still, noted, ended, other)], now=LATER)
        unit.commit()
    assert found == {open_still.id, other.id}
    assert [rows.stored(database, each).told_pending_at for each in (open_still, noted, ended, other)] == [
        LATER,
        NOW,
        None,
        LATER,
    ]


@pytest.mark.postgres
def test_who_notes_waits_for_nobody_who_changes_a_job_at_this_moment(postgres_url: str, secret_key: str) -> None:
    database = Database(postgres_url, secret_keys=[secret_key])
    changed, free = rows.added(database), rows.added(database)
    with database.unit() as busy:
        assert busy.jobs.claim(changed.id, owner="w", now=NOW, lease_until=LATER)
        with database.unit() as unit:
            assert unit.callbacks.note_told([changed.id, free.id], now=LATER) == {free.id}
    database.dispose()


@pytest.mark.parametrize("status", [Status.QUEUED, Status.FAILED, Status.SUCCEEDED, Status.DISCARDED])
def test_a_note_that_comes_late_counts_if_the_job_failed_meanwhile(database: Database, status: Status) -> None:
    job = rows.in_status(database, status)
    with database.unit() as unit:
        unit.callbacks.note_told_late(job.id, now=LATER)
        unit.commit()
    assert rows.stored(database, job).told_pending_at == LATER
    assert (callback_rows.shown(database, job) is not None) == (status is Status.FAILED)


@pytest.mark.parametrize("odd", ["nul \x00 inside", "half \ud800 pair"])
def test_a_stray_character_keeps_nobody_from_being_called_back(database: Database, odd: str) -> None:
    """PostgreSQL keeps such JSON but cannot read it."""
    job = failed(database, command=Book(attendee=ANN, starts_at=START, notes=odd))
    succeed(database, rows.added(database, **booking(ANN)), ANN, now=LATER)
    assert kept(database, job).closed_at in {None, LATER}
    assert rows.requeue(database, job)
    succeed(database, job, now=LATER)
    assert kept(database, job).closed_at == LATER


def test_failing_again_is_the_same_call(database: Database) -> None:
    job = failed(database)
    assert rows.requeue(database, job)
    callback_rows.fail(database, job, now=LATER)
    assert kept(database, job).created_at == NOW


@pytest.mark.parametrize(
    "who",
    [
        ANN,
        replace(ANN, phone=""),
        replace(ANN, email="other@example.org"),
        Attendee(name="A. Bell", email="", phone=ANN.phone),
    ],
)
def test_a_later_booking_of_the_same_contact_closes_it(database: Database, who: Attendee) -> None:
    job, of_another = failed(database), failed(database, **booking(BEA))
    elsewhere = failed(database, org_id="another")
    later = rows.added(database, **booking(who))
    succeed(database, later, who, now=LATER)
    closed = kept(database, job)
    assert (closed.ending, closed.settled_by, closed.closed_at) == (Ending.BOOKED_SINCE, later.id, LATER)
    assert kept(database, of_another).closed_at is None
    assert kept(database, elsewhere).closed_at is None


def test_its_own_success_after_all_closes_it(database: Database) -> None:
    job = failed(database)
    assert rows.requeue(database, job)
    succeed(database, job, now=LATER)
    assert (kept(database, job).ending, kept(database, job).settled_by) == (Ending.SUCCEEDED, job.id)


def test_a_move_belongs_to_whose_appointment_it_is(database: Database) -> None:
    hers = callback_rows.appointment(database, attendee=BEA)
    move = failed(database, **change_of(hers))
    shown = callback_rows.shown(database, move)
    assert shown is not None
    assert shown.attendee == BEA
    succeed(database, rows.added(database, **booking(ANN)), ANN)
    assert kept(database, move).closed_at is None
    succeed(database, rows.added(database, **booking(BEA), created_at=LATER), BEA, now=LATER)
    assert kept(database, move).ending is Ending.BOOKED_SINCE


def test_a_move_of_a_booking_that_was_never_made_belongs_to_who_asked_for_it(database: Database) -> None:
    job = failed(database, **booking(BEA))
    move = failed(database, **change_of(rows.make_appointment(id=job.appointment_id)))
    shown = callback_rows.shown(database, move)
    assert shown is not None
    assert shown.attendee == BEA
    succeed(database, rows.added(database, **booking(BEA), created_at=LATER), BEA, now=LATER)
    assert {kept(database, each).ending for each in (job, move)} == {Ending.BOOKED_SINCE}


def test_an_appointment_that_was_to_be_cancelled_stands_whatever_else_is_booked(database: Database) -> None:
    hers = callback_rows.appointment(database, attendee=BEA)
    cancel = failed(database, **change_of(hers, cancel=True))
    succeed(database, rows.added(database, **booking(BEA)), BEA)
    assert kept(database, cancel).closed_at is None
    succeed(database, rows.added(database, **change_of(hers, cancel=True), created_at=LATER), BEA, now=LATER)
    assert kept(database, cancel).ending is Ending.BOOKED_SINCE


def test_a_cancel_settles_nothing_but_what_was_about_that_appointment(database: Database) -> None:
    hers = callback_rows.appointment(database, attendee=BEA)
    job = failed(database, **booking(BEA))
    move = failed(database, **change_of(hers))
    succeed(database, rows.added(database, **change_of(hers, cancel=True), created_at=LATER), BEA, now=LATER)
    assert kept(database, job).closed_at is None
    assert kept(database, move).ending is Ending.BOOKED_SINCE


def test_an_older_wish_that_goes_through_late_does_not_settle_a_newer_one(database: Database) -> None:
    hers = callback_rows.appointment(database, attendee=BEA)
    first = rows.added(database, **booking(BEA, appointment_id=hers.id))
    move = failed(database, **change_of(hers), created_at=NOW + SECOND / 2, next_attempt_at=NOW, deadline_at=NOW)
    succeed(database, first, BEA, now=LATER)
    assert kept(database, move).closed_at is None


def test_who_booked_otherwise_before_the_failure_was_known_is_not_called_back(database: Database) -> None:
    callback_rows.add_agent(database)
    job = rows.added(database)
    assert told(database, job)
    made = callback_rows.appointment(database, ends_at=NOW + timedelta(days=9))
    other = rows.added(database, appointment_id=made.id)
    succeed(database, other, now=LATER)
    callback_rows.fail(database, job, now=LATER + SECOND)
    assert (kept(database, job).ending, kept(database, job).settled_by) == (Ending.BOOKED_SINCE, other.id)


def test_what_was_booked_before_they_were_told_settles_nothing(database: Database) -> None:
    callback_rows.add_agent(database)
    made = callback_rows.appointment(database, ends_at=NOW + timedelta(days=9))
    succeed(database, rows.added(database, appointment_id=made.id))
    assert kept(database, failed(database, now=LATER)).closed_at is None


def test_one_operator_at_a_time_takes_a_caller(database: Database) -> None:
    job = failed(database)

    def change(name: str, *arguments: Any, **options: Any) -> bool:
        with database.unit() as unit:
            changed = bool(getattr(unit.callbacks, name)(job.id, *arguments, **options))
            unit.commit()
        return changed

    assert not change("release")
    assert change("claim", "jane", now=NOW)
    assert not change("claim", "joe", now=NOW)
    assert not change("finish", "joe", note="", now=NOW)
    assert change("release")
    assert change("claim", "joe", now=LATER)
    assert change("finish", "joe", note="Comes on Friday.", now=LATER)
    assert not change("claim", "joe", now=LATER)
    assert not change("release")
    done = kept(database, job)
    assert (done.ending, done.closed_by, done.note, done.closed_at) == (Ending.DONE, "joe", "Comes on Friday.", LATER)


def test_that_the_final_answer_was_heard_is_noted_once_and_closes_nothing(database: Database) -> None:
    job = failed(database)
    with database.unit() as unit:
        assert unit.callbacks.is_unheard(job.id)
        assert unit.callbacks.note_heard(job.id, now=LATER)
        assert not unit.callbacks.note_heard(job.id, now=LATER + SECOND)
        assert not unit.callbacks.is_unheard(job.id)
        unit.commit()
    assert (kept(database, job).heard_at, kept(database, job).closed_at) == (LATER, None)


def test_with_its_job_a_call_is_forgotten(database: Database) -> None:
    job = failed(database)
    with database.unit() as unit:
        assert unit.jobs.prune(finished_before=LATER, limit=10) == 1
        unit.commit()
    assert callback_rows.shown(database, job) is None
