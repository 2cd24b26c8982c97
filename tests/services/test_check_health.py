"""Health: ready as long as the database can be reached, degraded without Redis."""

from __future__ import annotations

from pathlib import Path

from app.domain.jobs import Status
from app.services.check_health import CheckHealth
from app.storage.database import Database
from tests.services.office import Office


def test_all_well(office: Office) -> None:
    health = office.check_health()
    assert (health.database, health.redis, health.ready, health.degraded) == (True, True, True, False)
    assert health.oldest_due_seconds is None


def test_it_says_what_is_waiting_and_since_when(office: Office) -> None:
    office.add_job()
    office.claim(office.add_job())
    office.later(42)
    health = office.check_health()
    assert health.oldest_due_seconds == 42.0
    assert (health.jobs[Status.QUEUED], health.jobs[Status.RUNNING]) == (1, 1)


def test_without_redis_it_stays_ready_but_degraded(office: Office) -> None:
    office.redis_is_up = False
    health = office.check_health()
    assert (health.ready, health.degraded, health.redis) == (True, True, False)


def test_without_its_database_it_is_not_ready(office: Office, tmp_path: Path) -> None:
    lost = Database(f"sqlite:///{tmp_path}/no/such/directory/ringbook.db", secret_keys=office.secret_keys)
    health = CheckHealth(read_unit=lost.reading_unit, redis_answers=lambda: True, clock=office.clock)()
    assert (health.database, health.ready, health.degraded) == (False, False, False)
