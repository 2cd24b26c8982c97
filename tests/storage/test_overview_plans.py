"""However many jobs there are, the overview and what feeds it read none of them but those they are about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine

from app.domain.processes import Living, Sign
from app.domain.slot_use import SlotUse
from app.domain.tallies import Span
from app.services.check_health import CheckHealth
from app.services.count_ended import CountEnded
from app.services.read_flow import WINDOWS
from app.services.read_overview import ReadOverview
from app.services.read_present import Surroundings
from app.services.tally_jobs import TallyJobs
from app.storage.database import Database
from app.storage.engines import parse_url
from tests.bench.ended_jobs import fill
from tests.storage.noted_plans import Statement, noted, plans_of, whole_tables

NOW = datetime(2026, 11, 23, 14, 0, 30, tzinfo=UTC)
MANY = 20_000
ON_FEW_ROWS = (
    "ix_sweeps_trouble",
    "ix_webhook_endpoints_unwell",
    "ix_webhook_deliveries_due",
    "ix_webhook_deliveries_open",
    "ix_callbacks_appointment_id",
)
"""Indexes that hold only what needs attention: reading one of them as a whole reads no more than is shown."""


class Nobody:
    """Signs of life and uses of the cache, of which there are none."""

    def show(self, sign: Sign) -> None: ...

    def take_back(self, sign: Sign) -> None: ...

    def all(self) -> list[Living]:
        return []

    def flush(self) -> None: ...

    def since(self, span: Span, moment: datetime) -> SlotUse:
        return SlotUse()


@pytest.fixture
def filled(database: Database, database_url: str) -> Database:
    fill(database_url, MANY, now=NOW)
    engine = create_engine(parse_url(database_url))
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return database


def count(database: Database) -> None:
    TallyJobs(open_unit=database.unit, read_unit=database.reading_unit, clock=lambda: NOW, owner="s_1")()


def look(database: Database) -> None:
    read_unit, nobody = database.reading_unit, Nobody()
    surroundings = Surroundings(read_traffic=list, signs=nobody)
    overview = ReadOverview(
        read_unit=read_unit, clock=lambda: NOW, surroundings=surroundings, uses=nobody, queues=("live",)
    )
    for window in WINDOWS.values():
        overview(window)
    CountEnded(read_unit=read_unit)()
    CheckHealth(read_unit=read_unit, clock=lambda: NOW, redis_answers=lambda: True)()


def asked(database: Database, *uses: Callable[[Database], None]) -> list[Statement]:
    with noted(database) as found:
        for use in uses:
            use(database)
    return list(dict(found).items())


def test_no_query_reads_a_table_as_a_whole(filled: Database, database_url: str) -> None:
    plans = plans_of(database_url, asked(filled, count, look), prefer_indexes=True)
    assert len(plans) > 15
    whole = {statement: whole_tables(plan) for statement, plan in plans}
    unexpected = {
        statement: lines
        for statement, lines in whole.items()
        if [line for line in lines if not line.endswith(ON_FEW_ROWS)]
    }
    assert unexpected == {}


def test_of_the_jobs_and_attempts_none_is_read_in_vain_by_choice_of_the_database_itself(
    filled: Database, database_url: str
) -> None:
    count(filled)
    for statement, plan in plans_of(database_url, asked(filled, look)):
        assert [line for line in whole_tables(plan) if " jobs" in line or " attempts" in line] == [], statement


def test_unknown_outcomes_are_counted_by_an_index_on_failed_jobs_alone(filled: Database, database_url: str) -> None:
    plans = plans_of(database_url, asked(filled, look))
    (plan,) = (plan for statement, plan in plans if "IS NOT NULL LIMIT" in " ".join(statement.split()))
    assert any("ix_jobs_failed" in line for line in plan)


def test_a_query_without_an_index_would_be_noticed(filled: Database, database_url: str) -> None:
    ((_, plan),) = plans_of(database_url, [("SELECT id FROM jobs WHERE zone = 'UTC'", ())], prefer_indexes=True)
    assert len(whole_tables(plan)) == 1


def test_the_jobs_counted_are_those_of_the_last_four_days(filled: Database) -> None:
    for _ in range(5):
        count(filled)
    counted = sum(CountEnded(read_unit=filled.reading_unit)().values())
    assert counted == pytest.approx(MANY * timedelta(days=4) / timedelta(days=90), rel=0.02)
