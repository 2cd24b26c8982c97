"""What is erased of a person, what stays, and whose data is not touched, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from app.domain.answers import Final, Result
from app.domain.appointments import Attendee, Book, Cancel
from app.domain.audit import AuditEntry, AuditFilter, Deed
from app.domain.callbacks import Ending
from app.domain.events import Event, EventName
from app.domain.job_search import JobSearch
from app.domain.jobs import Job, Status
from app.domain.outcomes import Trace
from app.domain.privacy import Person
from app.domain.stores import JobFilter
from app.storage.database import Database
from app.storage.tables import metadata
from tests.storage import bulk_rows, callback_rows, rows, webhook_rows
from tests.storage.rows import NOW, START

JANE = Attendee(name="Canary Quoll", email="canary@quoll.example", phone="+14155550137")
HERS = Person(org_id="org", contacts=frozenset({JANE.email}))
NOTES = "canary notes"
DAY = timedelta(days=1)

pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")


def everything(database: Database) -> str:
    """All that any table holds, as one text."""
    found = MetaData()
    with database._engine.connect() as connection:
        found.reflect(connection)
        assert set(metadata.tables) <= set(found.tables)
        return repr([connection.execute(select(table)).all() for table in found.sorted_tables])


def finished(database: Database, job: Job, result: Result = Result.BOOKED) -> None:
    claimed = rows.claimed(database, job)
    trace = Trace(code="said", detail="canary detail")
    with database.unit() as unit:
        final = Final(result=result, detail="canary final")
        assert unit.jobs.finish(
            claimed, now=NOW, status=Status.SUCCEEDED, final=final, outcome="succeeded", trace=trace
        )
        unit.commit()


def booked(database: Database, attendee: Attendee = JANE, **changes: Any) -> Job:
    """A job that has booked, its appointment, and a later job that called it off."""
    command = Book(attendee=attendee, starts_at=START, notes=NOTES, call_session_id="canary call")
    job = rows.added(
        database, **({"command": command, "dedupe_key": f"n:{attendee.phone}{changes}", "fingerprint": "f"} | changes)
    )
    finished(database, job)
    with database.unit() as unit:
        unit.appointments.save(
            rows.make_appointment(id=job.appointment_id, org_id=job.org_id, attendee=attendee, uids=(job.id,))
        )
        unit.commit()
    told(database, job, attendee)
    cancel = Cancel(appointment_id=job.appointment_id, notes=NOTES)
    finished(
        database,
        rows.added(database, command=cancel, appointment_id=job.appointment_id, org_id=job.org_id, starts_at=None),
        Result.CANCELLED,
    )
    return job


def happening(job: Job, attendee: Attendee = JANE, **changes: Any) -> Event:
    said = {"version": 1, "attendee": {"name": attendee.name}, "call_session_id": "canary call"}
    return webhook_rows.event(org_id=job.org_id, appointment_id=job.appointment_id, data=said, **changes)


def told(database: Database, job: Job, attendee: Attendee) -> None:
    """The event of the booking, and what an endpoint answered to it."""
    webhook_rows.endpoint(database, org_id=job.org_id)
    happened = happening(job, attendee)
    delivery = webhook_rows.claimed(database, webhook_rows.record(database, happened)[0])
    with database.unit() as unit:
        answered = webhook_rows.attempt(delivery, response="hello canary")
        assert unit.deliveries.retry(delivery, answered, at=NOW + DAY)
        unit.commit()


def erased(database: Database, person: Person = HERS) -> dict[str, int]:
    with database.unit() as unit:
        counts = unit.personal_data.erase_of(person, now=NOW)
        unit.commit()
    return counts


def test_nothing_of_the_person_is_left_in_any_table(database: Database) -> None:
    job = booked(database)
    assert "canary" in everything(database).lower()

    assert erased(database) == {"jobs": 2, "appointments": 1}

    left = everything(database)
    assert "canary" not in left.lower()
    assert "4155550137" not in left
    with database.reading_unit() as unit:
        kept, appointment = unit.jobs.get_with_history(job.id), unit.appointments.get("org", job.appointment_id)
    assert kept is not None
    assert appointment is not None
    assert (kept.status, kept.final, kept.dedupe_key, kept.fingerprint) == (
        Status.SUCCEEDED,
        Final(result=Result.BOOKED),
        None,
        "",
    )
    assert isinstance(kept.command, Book)
    assert kept.command.attendee == replace(JANE, name="[erased]", email="", phone="", time_zone="UTC", language="en")
    assert [(attempt.outcome, attempt.code, attempt.detail) for attempt in kept.history] == [("succeeded", "said", "")]
    assert (appointment.attendee.name, appointment.uids) == ("[erased]", (job.id,))


def test_how_a_job_ended_stays_true(database: Database) -> None:
    booked(database)
    with database.reading_unit() as unit:
        before = [(job.status, job.final and job.final.result) for job in unit.jobs.search(JobFilter())]
    erased(database)
    with database.reading_unit() as unit:
        assert [(job.status, job.final and job.final.result) for job in unit.jobs.search(JobFilter())] == before


def test_others_are_left_alone(database: Database) -> None:
    booked(database, Attendee(name="Ann", email="ann@example.org", phone="+14155550188"))
    booked(database, org_id="another")
    before = everything(database)
    assert erased(database) == {"jobs": 0, "appointments": 0}
    assert everything(database) == before


def test_erasing_again_finds_nothing(database: Database) -> None:
    booked(database)
    with database.reading_unit() as unit:
        assert unit.personal_data.count_of(HERS) == {"jobs": 2, "appointments": 1}
    erased(database)
    with database.reading_unit() as unit:
        assert unit.personal_data.count_of(HERS) == {"jobs": 0, "appointments": 0}
    assert erased(database) == {"jobs": 0, "appointments": 0}


def test_what_is_still_open_is_named_and_not_erased(database: Database) -> None:
    job = rows.added(database, command=Book(attendee=JANE, starts_at=START, notes=NOTES))
    with database.reading_unit() as unit:
        assert unit.personal_data.open_jobs_of(HERS) == [job.id]
    assert erased(database) == {"jobs": 0, "appointments": 0}
    with database.reading_unit() as unit:
        assert unit.jobs.get(job.id) == job


def test_by_age_only_what_is_over_goes_and_only_so_much_at_a_time(database: Database) -> None:
    for number in range(3):
        booked(database, replace(JANE, phone=f"+1415555013{number}"))

    def erase(before: Any, limit: int = 100) -> dict[str, int]:
        with database.unit() as unit:
            counts = unit.personal_data.erase_over(before, now=NOW, limit=limit)
            unit.commit()
        return counts

    assert erase(NOW) == {"jobs": 0, "appointments": 0}
    assert erase(NOW + DAY, limit=4) == {"jobs": 4, "appointments": 0}
    assert erase(START + DAY) == {"jobs": 2, "appointments": 3}
    assert "canary" not in everything(database).lower()


def test_by_age_what_has_only_just_happened_to_an_appointment_is_still_told_in_full(database: Database) -> None:
    job, before = booked(database), NOW + 2 * DAY
    moved = happening(job, name=EventName.APPOINTMENT_RESCHEDULED, occurred_at=before)
    webhook_rows.record(database, moved)

    def of_the_events() -> list[dict[str, Any]]:
        with database.reading_unit() as unit:
            found = [event for event, _ in unit.deliveries.about(job.appointment_id, limit=9)]
        return [dict(event.data) for event in found]

    nameless = dict(moved.data) | {"attendee": None, "call_session_id": None}
    with database.unit() as unit:
        assert unit.personal_data.erase_over(before, now=before, limit=9) == {"jobs": 2, "appointments": 0}
        unit.commit()
    assert of_the_events() == [moved.data, nameless]
    erased(database)
    assert of_the_events() == [nameless, nameless], "of a person everything goes"


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_the_record_is_read_in_pages_newest_first(database: Database, limit: int) -> None:
    with database.unit() as unit:
        for number in range(5):
            entry = AuditEntry(id=f"audit_{number}", at=NOW + number * DAY, actor="cli:me", deed=Deed.PRUNE)
            unit.audit.save(entry)
            unit.audit.save(replace(entry, counts={"jobs": number}))
        unit.commit()
    read: list[AuditEntry] = []
    with database.reading_unit() as unit:
        while page := unit.audit.search(AuditFilter(limit=limit, before=read[-1].id if read else None)):
            read += page
        assert unit.audit.search(AuditFilter(limit=limit, before="audit_unknown")) == []
    assert [entry.counts["jobs"] for entry in read] == [4, 3, 2, 1, 0]


def test_of_an_erased_caller_nobody_is_to_be_called_back_and_no_note_is_left(database: Database) -> None:
    command = Book(attendee=JANE, starts_at=START)
    left, done = (callback_rows.failed(database, command=command) for _ in range(2))
    with database.unit() as unit:
        assert unit.callbacks.finish(done.id, "jane", note="canary will call again", now=NOW)
        unit.commit()
    erased(database)
    assert "canary" not in everything(database).lower()
    assert callback_rows.kept(database, left).ending is Ending.ERASED
    assert callback_rows.kept(database, done).ending is Ending.DONE


@pytest.mark.parametrize("by_age", [False, True])
def test_a_run_over_the_jobs_of_their_call_does_not_name_it_any_more_and_is_over_no_others(
    database: Database, by_age: bool
) -> None:
    booked(database)
    wanted = JobSearch(until=NOW, call_session_id="canary call")
    of_call, of_org = (bulk_rows.added_run(database, wanted=replace(wanted, org_id=org)) for org in (None, "org"))
    others = [
        bulk_rows.added_run(database, wanted=each)
        for each in (bulk_rows.FULL, bulk_rows.EVERYTHING, replace(wanted, org_id="another"))
    ]
    with database.unit() as unit:
        if by_age:
            unit.personal_data.erase_over(NOW + DAY, now=NOW, limit=10)
        else:
            unit.personal_data.erase_of(HERS, now=NOW)
        unit.commit()
    assert [bulk_rows.stored_run(database, each).wanted for each in (of_call, of_org)] == [
        replace(wanted, call_session_id="[erased]"),
        replace(wanted, call_session_id="[erased]", org_id="org"),
    ]
    assert [bulk_rows.stored_run(database, each) for each in others] == others
