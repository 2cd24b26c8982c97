"""Lists of callers to call back come in pages, and each question about them goes through an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.appointments import Attendee
from app.domain.callbacks import CallbackFilter
from app.domain.paging import Place
from app.storage.database import Database
from tests.storage import callback_rows, rows
from tests.storage.callback_rows import booking, failed, kept, listed
from tests.storage.rows import ANN, NOW, SECOND


def test_the_youngest_failure_comes_first(database: Database) -> None:
    made = [failed(database, now=NOW + number * SECOND, created_at=NOW) for number in range(3)]
    assert listed(database) == [job.id for job in reversed(made)]
    assert listed(database, org_id="org") == listed(database)
    assert listed(database, org_id="another") == []


def test_open_ones_claimed_ones_and_closed_ones_are_lists_of_their_own(database: Database) -> None:
    left, hers, his, first, last = [failed(database, now=NOW + number * SECOND) for number in range(5)]
    with database.unit() as unit:
        assert unit.callbacks.claim(hers.id, "jane", now=NOW)
        assert unit.callbacks.claim(his.id, "joe", now=NOW)
        for number, job in enumerate((first, last)):
            assert unit.callbacks.finish(job.id, "joe", note="", now=NOW + number * SECOND)
        unit.commit()
    assert listed(database) == [his.id, hers.id, left.id]
    assert listed(database, claimed_by="jane") == [hers.id]
    assert listed(database, closed=True) == [last.id, first.id]
    with database.reading_unit() as unit:
        assert [unit.callbacks.count_open(most=most) for most in (100, 2)] == [3, 2]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_pages_show_each_once(database: Database, limit: int, closed: bool) -> None:
    made = {failed(database).id for _ in range(5)}
    if closed:
        with database.unit() as unit:
            assert all(unit.callbacks.finish(job_id, "jane", note="", now=NOW) for job_id in made)
            unit.commit()
    read: list[str] = []
    while page := listed(database, closed=closed, limit=limit, after=Place(at=NOW, id=read[-1]) if read else None):
        read += page
    assert (len(read), set(read)) == (5, made)


SCANS = re.compile(r"\bSCAN (callbacks|jobs|appointments)$|Seq Scan on (callbacks|jobs|appointments)", re.MULTILINE)


@contextmanager
def plans_of(database: Database) -> Iterator[list[str]]:
    """What the database does for each SELECT inside the block. PostgreSQL is told to avoid reading tables whole."""
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN" if database._engine.dialect.name == "sqlite" else "EXPLAIN"

    def look(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "FROM" in statement:
            if explain == "EXPLAIN":
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            found = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
            plans.append("\n".join(str(row[-1]) for row in found))

    event.listen(database._engine, "before_cursor_execute", look)
    try:
        yield plans
    finally:
        event.remove(database._engine, "before_cursor_execute", look)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "ix_callbacks_open"),
        ({"after": Place(at=NOW, id="x")}, "ix_callbacks_open"),
        ({"org_id": "org"}, "ix_callbacks_org_id"),
        ({"claimed_by": "jane"}, "ix_callbacks_claimed_by"),
        ({"closed": True}, "ix_callbacks_closed"),
        ({"closed": True, "org_id": "org"}, "ix_callbacks_org_id_closed"),
    ],
)
def test_every_list_is_read_from_an_index_in_its_order(database: Database, wanted: dict[str, Any], index: str) -> None:
    with plans_of(database) as plans, database.searching_unit() as unit:  # a transaction, for SET LOCAL
        unit.callbacks.search(CallbackFilter(**wanted))
    assert index in plans[0]
    assert not SCANS.search(plans[0])
    assert "TEMP B-TREE" not in plans[0]
    assert "Sort" not in plans[0]


def test_a_success_finds_those_it_settles_by_contact_and_not_by_looking_through_jobs(database: Database) -> None:
    job = failed(database)
    later = rows.added(database, **booking(ANN))
    with plans_of(database) as plans, database.unit() as unit:
        unit.callbacks.close_settled(later, ANN, now=NOW)
        unit.commit()
    assert kept(database, job).settled_by == later.id
    assert plans
    for index in ("ix_jobs_told_email", "ix_jobs_told_phone", "ix_callbacks_moves"):
        assert any(index in plan for plan in plans)
    assert not any(SCANS.search(plan) for plan in plans)


def test_where_nobody_is_to_be_called_back_one_short_look_says_so(database: Database) -> None:
    job = rows.added(database, **booking(ANN))
    with plans_of(database) as plans, database.unit() as unit:
        unit.callbacks.close_settled(job, ANN, now=NOW)
    assert len(plans) == 1
    assert not SCANS.search(plans[0])


def add_strangers(database: Database, number: int) -> None:
    """Appointments of others: among few a database reads them all, whatever indexes there are."""
    with database.unit() as unit:
        for each in range(number):
            attendee = Attendee(name="Stranger", email=f"{each}@example.net", phone=f"+1212555{each:04}")
            unit.appointments.save(rows.make_appointment(attendee=attendee, uids=(f"uid of {each}",)))
        unit.commit()
    with database._engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def test_a_failure_finds_what_was_booked_meanwhile_without_looking_through_jobs(database: Database) -> None:
    job = rows.added(database)
    assert callback_rows.told(database, job)
    add_strangers(database, 500)
    with plans_of(database) as plans, database.unit() as unit:
        unit.callbacks.open(job.id, now=NOW)
    for contact in ("email", "phone"):
        assert re.search(rf"ix_appointments_(attendee_)?{contact}", plans[-2])
    assert not any(SCANS.search(plan) for plan in plans)
