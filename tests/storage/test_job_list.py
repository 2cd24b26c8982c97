"""The desk's list of jobs: what is chosen, in which order, page by page in both directions, and how it is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from app.domain import job_search
from app.domain.answers import Final, Result
from app.domain.appointments import Action, Attendee, Book, Cancel, Reschedule
from app.domain.directory import Organization
from app.domain.job_search import JobPage, JobSearch, Part
from app.domain.jobs import Job, Status
from app.storage.database import Database
from app.storage.engines import make_engine, reading
from app.storage.job_list import SqlJobList
from tests.storage import rows
from tests.storage.rows import ANN, NOW, SECOND, START, TRACE

MINUTE = timedelta(minutes=1)
BEN = Attendee(name="Ben Costa", email="ben@example.org")


def page(database: Database, part: Part | None = None, **wanted: Any) -> JobPage:
    with database.reading_unit() as unit:
        return unit.job_list.page(JobSearch(**wanted), part or Part())


def found(database: Database, **wanted: Any) -> list[str]:
    return [listed.job.id for listed in page(database, **wanted).rows]


def reader(database_url: str) -> Connection:
    return reading(make_engine(database_url)).connect()


def counts(database: Database, **wanted: Any) -> dict[Status, int]:
    with database.reading_unit() as unit:
        return dict(unit.job_list.counts(JobSearch(**wanted)))


def ended(database: Database, result: Result, *, end: Status = Status.FAILED, **changes: Any) -> Job:
    job = rows.claimed(database, rows.added(database, **changes))
    assert rows.finish(database, job, status=end, final=Final(result=result))
    return job


def test_each_filter_chooses_its_jobs_and_all_of_them_together(database: Database) -> None:
    cancel = Cancel(appointment_id="appt_1", call_session_id="call-1")
    wanted: dict[str, Any] = {"org_id": "o", "agent_id": "a", "account_id": "c"}
    wanted |= {"appointment_id": "appt_1", "created_at": NOW}
    mine = ended(database, Result.ALREADY_OVER, command=cancel, starts_at=None, ends_at=None, **wanted)
    others: dict[str, Any] = {
        "org_id": {"org_id": "x"},
        "agent_id": {"agent_id": "x"},
        "account_id": {"account_id": "x"},
        "appointment_id": {"appointment_id": "appt_2"},
        "since": {"created_at": NOW - MINUTE},
        "until": {"created_at": NOW + MINUTE},
        "action": {"command": Book(attendee=ANN, starts_at=START, call_session_id="call-1")},
        "call_session_id": {"command": Cancel(appointment_id="appt_1", call_session_id="call-2")},
    }
    for name, change in others.items():
        others[name] = ended(database, Result.ALREADY_OVER, **{**wanted, "command": cancel, **change})
    others["result"] = ended(database, Result.NOT_CANCELLABLE, **{**wanted, "command": cancel})
    others["status"] = rows.added(database, **{**wanted, "command": cancel})
    given = {
        "org_id": "o",
        "agent_id": "a",
        "account_id": "c",
        "appointment_id": "appt_1",
        "since": NOW,
        "until": NOW + SECOND,
        "action": Action.CANCEL,
        "call_session_id": "call-1",
        "result": Result.ALREADY_OVER,
        "status": Status.FAILED,
    }
    assert found(database, **given) == [mine.id]
    for name, value in given.items():
        alone = found(database, **{name: value})
        assert mine.id in alone, name
        assert others[name].id not in alone, name


@pytest.mark.parametrize("tried", job_search.TRIED_OFTEN)
def test_jobs_are_chosen_by_how_often_they_were_tried(database: Database, tried: int) -> None:
    for number in (1, tried - 1):
        rows.added(database, attempts=number)
    often = [rows.added(database, attempts=number, created_at=NOW - number * SECOND) for number in (tried, tried + 1)]
    assert found(database, tried=tried) == [job.id for job in often]
    assert counts(database, tried=tried)[Status.QUEUED] == 2


def test_a_person_finds_bookings_that_name_them_and_all_jobs_on_their_appointments(database: Database) -> None:
    booking = rows.added(database, appointment_id="appt_1", created_at=NOW)
    moving = Reschedule(appointment_id="appt_1", starts_at=START)
    moved = rows.added(database, appointment_id="appt_1", command=moving, created_at=NOW + SECOND)
    cancel = Cancel(appointment_id="appt_2")
    theirs = rows.added(database, appointment_id="appt_2", command=cancel, created_at=NOW + 2 * SECOND)
    rows.added(database, command=Book(attendee=BEN, starts_at=START))
    with database.unit() as unit:
        unit.appointments.save(rows.make_appointment(id="appt_2", attendee=ANN))
        unit.appointments.save(rows.make_appointment(id="appt_3", attendee=BEN, uids=("uid-3",)))
        unit.commit()
    for contacts in ({ANN.email}, {ANN.phone}, {ANN.phone, "nobody@example.org"}):
        named = frozenset(contacts)
        assert found(database, contacts=named) == [theirs.id, moved.id, booking.id]
        assert counts(database, contacts=named)[Status.QUEUED] == 3
        assert found(database, contacts=named, action=Action.RESCHEDULE) == [moved.id]
        assert found(database, contacts=named, appointment_id="appt_2") == [theirs.id]
        assert found(database, contacts=named, status=Status.FAILED) == []
    assert found(database, contacts=frozenset({"nobody@example.org"})) == []


def test_of_a_contact_with_too_many_appointments_the_newest_are_looked_at(
    database: Database, database_url: str
) -> None:
    jobs = [rows.added(database, created_at=NOW + number * SECOND) for number in range(3)]
    with reader(database_url) as connection:
        found = SqlJobList(connection, most_appointments=2).page(JobSearch(contacts=frozenset({ANN.email})), Part())
    assert [listed.job.id for listed in found.rows] == [jobs[2].id, jobs[1].id]


@pytest.mark.parametrize("wanted", [{}, {"org_id": "org"}, {"contacts": frozenset({ANN.email})}])
def test_pages_follow_each_other_in_both_directions(database: Database, wanted: dict[str, Any]) -> None:
    """Two jobs each were accepted at the same moment, in different states."""
    jobs = []
    for number in range(7):
        job = rows.added(database, id=f"job_{number}", created_at=NOW + (number // 2) * SECOND)
        if number % 3 == 0:
            rows.claimed(database, job, now=NOW + 9 * SECOND)
        jobs.append(job.id)
    newest_first = jobs[::-1]
    first = page(database, Part(limit=3), **wanted)
    second = page(database, Part(limit=3, older_than=first.rows[-1].place), **wanted)
    third = page(database, Part(limit=3, older_than=second.rows[-1].place), **wanted)
    assert [listed.job.id for part in (first, second, third) for listed in part.rows] == newest_first
    assert [(part.has_newer, part.has_older) for part in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    back = page(database, Part(limit=3, newer_than=third.rows[0].place), **wanted)
    top = page(database, Part(limit=3, newer_than=back.rows[0].place), **wanted)
    assert (back.rows, back.has_newer, back.has_older) == (second.rows, True, True)
    assert (top.rows, top.has_newer, top.has_older) == (first.rows, False, True)


def test_open_jobs_are_counted_exactly_and_final_ones_up_to_a_bound(database: Database, database_url: str) -> None:
    for _ in range(4):
        rows.added(database)
        ended(database, Result.SLOT_TAKEN)
    ended(database, Result.BOOKED, end=Status.SUCCEEDED)
    ended(database, Result.BOOKED, end=Status.SUCCEEDED, org_id="another")
    counted = {Status.QUEUED: 4, Status.RUNNING: 0, Status.RETRYING: 0, Status.DISCARDED: 0}
    with reader(database_url) as connection:
        bounded = SqlJobList(connection, counted=2).counts(JobSearch(status=Status.QUEUED))
    assert bounded == {**counted, Status.FAILED: 3, Status.SUCCEEDED: 2}
    assert counts(database, org_id="org") == {**counted, Status.FAILED: 4, Status.SUCCEEDED: 1}


def test_a_row_tells_names_person_and_newest_attempt(database: Database) -> None:
    with database.unit() as unit:
        unit.directory.save_organization(Organization(id="org", name="Clinic", created_at=NOW))
        unit.appointments.save(rows.make_appointment(id="appt_1"))
        unit.commit()
    job = rows.added(database, appointment_id="appt_1", command=Cancel(appointment_id="appt_1"))
    for number in range(2):
        now = NOW + number * MINUTE
        assert rows.retry(database, rows.claimed(database, job, now=now), now=now + SECOND)
    (listed,) = page(database).rows
    assert (listed.org_name, listed.agent_name, listed.attendee) == ("Clinic", "", ANN)
    assert listed.last is not None
    assert (listed.last.number, listed.last.code) == (2, TRACE.code)


def test_an_appointment_is_named_by_its_id_and_by_any_uid_it_ever_had(database: Database) -> None:
    with database.unit() as unit:
        unit.appointments.save(rows.make_appointment(id="appt_1", uids=("old", "new")))
        unit.commit()
    rows.added(database, appointment_id="appt_1")
    rows.added(database, appointment_id="appt_2")
    with database.reading_unit() as unit:
        names = ("appt_1", "old", "new", "appt_2", "other", "")
        assert [unit.job_list.appointment_named(name) for name in names] == [
            "appt_1",
            "appt_1",
            "appt_1",
            "appt_2",
            None,
            None,
        ]
