"""A named lease has one owner at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.storage.database import Database
from tests.storage.rows import NOW, SECOND, at_once

UNTIL = NOW + timedelta(seconds=10)


def acquire(database: Database, owner: str, *, now: datetime = NOW) -> bool:
    with database.unit() as unit:
        taken = unit.leases.acquire("scheduler", owner=owner, now=now, until=now + timedelta(seconds=10))
        unit.commit()
    return taken


def release(database: Database, owner: str) -> None:
    with database.unit() as unit:
        unit.leases.release("scheduler", owner=owner)
        unit.commit()


def test_a_lease_has_one_owner_until_it_runs_out(database: Database) -> None:
    assert acquire(database, "a")
    assert not acquire(database, "b", now=UNTIL - SECOND)
    assert acquire(database, "b", now=UNTIL)
    assert not acquire(database, "a", now=UNTIL)


def test_its_owner_prolongs_it(database: Database) -> None:
    assert acquire(database, "a")
    assert acquire(database, "a", now=UNTIL - SECOND)
    assert not acquire(database, "b", now=UNTIL)


def test_only_its_owner_gives_it_up(database: Database) -> None:
    assert acquire(database, "a")
    release(database, "b")
    assert not acquire(database, "b")
    release(database, "a")
    assert acquire(database, "b")


def test_of_many_at_once_one_gets_it(database: Database) -> None:
    assert at_once(12, lambda number: acquire(database, f"owner {number}")).count(True) == 1
