"""Hosts whose clocks differ go by one time: the database's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.storage.clock import DatabaseClock
from app.storage.database import Database
from app.storage.engines import make_engine
from tests.storage.rows import make_job

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=20)


class Wrong:
    """A host's clock that is ahead by so much."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def ahead() -> Wrong:
    return Wrong(timedelta(minutes=2))


@pytest.fixture
def host(postgres_url: str, secret_key: str, ahead: Wrong) -> Iterator[Database]:
    database = Database(postgres_url, secret_keys=(secret_key,), local=ahead)
    yield database
    database.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("minutes", [-90, -2, 2, 90])
def test_a_clock_that_is_wrong_is_put_right_at_its_first_reading(
    postgres_url: str, secret_key: str, minutes: int
) -> None:
    wrong = Wrong(timedelta(minutes=minutes))
    host = Database(postgres_url, secret_keys=(secret_key,), local=wrong)
    try:
        assert abs(host.clock() - datetime.now(UTC)) < SECOND
    finally:
        host.dispose()


@pytest.mark.postgres
def test_a_host_that_is_ahead_does_not_take_a_lease_that_still_runs(
    postgres_url: str, secret_key: str, host: Database
) -> None:
    punctual = Database(postgres_url, secret_keys=(secret_key,))
    job = make_job(
        created_at=punctual.clock(),
        next_attempt_at=punctual.clock(),
        starts_at=None,
        ends_at=None,
        deadline_at=punctual.clock() + LEASE,
    )
    with punctual.unit() as unit:
        unit.jobs.add(job)
        now = punctual.clock()
        assert unit.jobs.claim(job.id, owner="one", now=now, lease_until=now + LEASE)
        unit.commit()
    punctual.dispose()

    with host.unit() as unit:
        now = host.clock()
        assert unit.jobs.claim(job.id, owner="two", now=now, lease_until=now + LEASE) is None


@pytest.mark.postgres
def test_a_clock_set_while_the_process_runs_is_noticed_in_passing(postgres_url: str, ahead: Wrong) -> None:
    engine, passed = make_engine(postgres_url), [1.0]
    clock = DatabaseClock(engine, ahead, monotonic=lambda: passed[0])
    assert abs(clock() - datetime.now(UTC)) < SECOND
    ahead.ahead = -timedelta(minutes=5)

    with engine.connect() as connection:
        clock.compare(connection)
        assert abs(clock() - datetime.now(UTC)) > timedelta(minutes=6)  # too soon for another look
        passed[0] += 11
        clock.compare(connection)

    assert abs(clock() - datetime.now(UTC)) < SECOND


def test_without_the_database_the_own_clock_goes_on(ahead: Wrong) -> None:
    clock = DatabaseClock(make_engine("postgresql://nobody@127.0.0.1:1/nothing"), ahead)
    assert abs(clock() - ahead()) < SECOND


def test_sqlite_is_on_the_host_itself_and_is_not_asked(ahead: Wrong) -> None:
    clock = DatabaseClock(make_engine("sqlite:////no/such/directory/ringbook.db"), ahead)
    assert abs(clock() - ahead()) < SECOND
