"""A de-duplication key belongs to one job until it is given up."""

from __future__ import annotations

from app.domain.answers import Final, Result
from app.domain.jobs import Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW, SECOND


def test_a_key_that_is_held_refuses_a_second_job(database: Database) -> None:
    first = rows.added(database, dedupe_key="n:1")
    with database.unit() as unit:
        assert not unit.jobs.add(rows.make_job(dedupe_key="n:1"))
        assert unit.jobs.holder_of("n:1") == first
        assert unit.jobs.holder_of("n:2") is None


def test_jobs_without_a_key_do_not_get_in_each_others_way(database: Database) -> None:
    rows.added(database)
    rows.added(database)


def test_a_released_key_is_free_for_a_new_job(database: Database) -> None:
    first = rows.added(database, dedupe_key="n:1")
    second = rows.make_job(dedupe_key="n:1")
    with database.unit() as unit:
        assert unit.jobs.release_key(first.id, "n:1")
        assert unit.jobs.add(second)
        unit.commit()
    with database.unit() as unit:
        assert not unit.jobs.release_key(first.id, "n:1")
        holder = unit.jobs.holder_of("n:1")
    assert holder == second


def test_a_changed_appointment_releases_the_implied_keys_of_ended_jobs(database: Database) -> None:
    def ended(key: str, appointment_id: str = "appt_1") -> str:
        job = rows.added(database, dedupe_key=key, appointment_id=appointment_id)
        final = Final(result=Result.UPSTREAM_DOWN)
        assert rows.finish(database, rows.claimed(database, job), status=Status.FAILED, final=final)
        return job.id

    ended("n:old"), ended("k:explicit"), ended("n:elsewhere", "appt_2")
    keep = ended("n:keep")
    rows.added(database, dedupe_key="n:waiting", appointment_id="appt_1", created_at=NOW + SECOND)
    with database.unit() as unit:
        unit.jobs.release_keys_of_appointment("appt_1", keep=keep)
        unit.commit()
    kept = ("n:old", "k:explicit", "n:elsewhere", "n:keep", "n:waiting")
    with database.reading_unit() as unit:
        assert [key for key in kept if unit.jobs.holder_of(key)] == ["k:explicit", "n:elsewhere", "n:keep", "n:waiting"]
