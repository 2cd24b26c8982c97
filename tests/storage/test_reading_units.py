"""A unit that only reads writes nothing and leaves its connection as useful as it was; a search plans anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from app.domain.errors import StoreUnavailableError
from app.domain.job_search import JobSearch
from app.domain.stores import OpenUnit, UnitOfWork
from app.storage.database import Database
from tests.storage import rows

PREPARED_AFTER = 5
"""Executions of a statement on one connection, then psycopg has the server prepare it."""

PLANNED_FOR_ANY_AFTER = 10
"""Executions, then PostgreSQL may go by a plan for values it does not know."""


WRITES: dict[str, Callable[[UnitOfWork], Any]] = {
    "insert": lambda unit: unit.jobs.add(rows.make_job()),
    "update": lambda unit: unit.jobs.release_key("job", "key"),
    "delete": lambda unit: unit.jobs.prune(finished_before=rows.NOW, limit=1),
}


@pytest.mark.parametrize("kind", ["reading_unit", "searching_unit"])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_unit_that_reads_writes_nothing(database: Database, write: Callable[[UnitOfWork], Any], kind: str) -> None:
    with pytest.raises(StoreUnavailableError), getattr(database, kind)() as unit:
        write(unit)
    rows.added(database)


@pytest.fixture
def narrow(postgres_url: str) -> Iterator[Database]:
    """With one connection, so that every unit has the same."""
    database = Database(postgres_url, secret_keys=(Fernet.generate_key().decode(),), pool_size=1)
    yield database
    database.dispose()


def prepared(database: Database) -> list[str]:
    with database._reading.connect() as connection:
        found = connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars().all()
        connection.commit()
    return [statement for statement in found if "FROM jobs" in statement]


@pytest.mark.postgres
def test_what_is_prepared_on_a_connection_outlives_the_unit(narrow: Database) -> None:
    for _ in range(PREPARED_AFTER + 1):
        with narrow.reading_unit() as unit:
            assert unit.jobs.get("job_of_nobody") is None
    assert len(prepared(narrow)) == 1


def plans_for_any_value(database: Database, open_unit: OpenUnit) -> int:
    """How often one was gone by, after a count of some agent's jobs was asked for again and again."""
    for _ in range(2 * PLANNED_FOR_ANY_AFTER):
        with open_unit() as unit:
            unit.job_list.counts(JobSearch(org_id="org", agent_id="agent"))
    with database._reading.connect() as connection:
        plans = connection.exec_driver_sql(
            "SELECT sum(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%%count(*)%%FROM jobs%%'"
        )
        return int(plans.scalar_one())


@pytest.mark.postgres
def test_a_search_is_planned_for_what_it_looks_for(narrow: Database) -> None:
    assert plans_for_any_value(narrow, narrow.searching_unit) == 0


@pytest.mark.postgres
def test_planning_anew_ends_with_the_search(narrow: Database) -> None:
    plans_for_any_value(narrow, narrow.searching_unit)
    assert plans_for_any_value(narrow, narrow.reading_unit) > 0


@pytest.mark.postgres
def test_an_exception_in_a_unit_that_reads_is_raised_and_throws_nothing_away(narrow: Database) -> None:
    def fail_half_way() -> None:
        with narrow.reading_unit() as unit:
            unit.jobs.get("job_of_nobody")
            raise KeyError

    for _ in range(PREPARED_AFTER + 1):
        with pytest.raises(KeyError):
            fail_half_way()
    assert narrow.checked_out() == 0
    assert len(prepared(narrow)) == 1


@pytest.mark.postgres
def test_a_unit_that_reads_keeps_no_transaction_open_and_the_next_one_that_writes_has_one(
    narrow: Database, postgres_url: str
) -> None:
    job = rows.make_job()
    states = (
        "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        with narrow.reading_unit() as unit:
            assert unit.jobs.get(job.id) is None
            assert administrator.execute(states).fetchall() == [("idle",)]
        with narrow.unit() as unit:
            assert unit.jobs.add(job)
            assert administrator.execute(states).fetchall() == [("idle in transaction",)]
    with narrow.reading_unit() as unit:
        assert unit.jobs.get(job.id) is None


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["reading_unit", "searching_unit"])
def test_what_has_been_read_is_good_though_the_connection_is_lost_at_the_end(
    narrow: Database, postgres_url: str, kind: str
) -> None:
    open_unit = getattr(narrow, kind)
    job = rows.make_job()
    with narrow.unit() as unit:
        unit.jobs.add(job)
        unit.commit()
    with open_unit() as unit:
        found = unit.jobs.get(job.id)
        with psycopg.connect(postgres_url, autocommit=True) as administrator:
            administrator.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    assert found == job
    with open_unit() as unit:
        assert unit.jobs.get(job.id) == job
