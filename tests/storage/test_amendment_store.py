"""What was changed in a job comes back, the youngest first, and goes with its job."""

from __future__ import annotations

from datetime import timedelta

from app.domain.amendments import Amendment
from app.domain.answers import Final, Result
from app.domain.jobs import Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW, SECOND, START


def test_amendments_come_back_the_youngest_first(database: Database) -> None:
    job, other = rows.added(database), rows.added(database)
    first = Amendment(id="audit_1", job_id=job.id, at=NOW, changed=("time", "email"), former_starts_at=START)
    second = Amendment(id="audit_2", job_id=job.id, at=NOW + SECOND, changed=("phone",))
    with database.unit() as unit:
        unit.amendments.add(first)
        unit.amendments.add(second)
        unit.commit()
    with database.reading_unit() as unit:
        assert unit.amendments.of_job(job.id) == [second, first]
        assert unit.amendments.of_job(other.id) == []


def test_amendments_are_deleted_with_their_job(database: Database) -> None:
    job = rows.added(database)
    rows.finish(database, rows.claimed(database, job), status=Status.FAILED, final=Final(result=Result.SLOT_TAKEN))
    with database.unit() as unit:
        unit.amendments.add(Amendment(id="audit_1", job_id=job.id, at=NOW, changed=("name",)))
        unit.commit()
    with database.unit() as unit:
        assert unit.jobs.prune(finished_before=NOW + timedelta(days=1), limit=9) == 1
        assert unit.amendments.of_job(job.id) == []
        unit.commit()
