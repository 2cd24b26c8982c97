"""Text is read out of JSON alike on both databases, by a path that cannot be anything else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.answers import Final, Result
from app.domain.appointments import Attendee, Book, Cancel
from app.domain.job_search import JobSearch, Part
from app.domain.jobs import Status
from app.storage import job_facts
from app.storage.database import Database
from app.storage.engines import make_engine, reading
from app.storage.json_text import JsonText
from app.storage.tables import jobs
from tests.storage import rows
from tests.storage.rows import NOW, START


def facts(database_url: str, job_id: str) -> tuple[Any, ...]:
    readers = (job_facts.action_of, job_facts.result_of, job_facts.call_of, job_facts.email_of, job_facts.phone_of)
    with reading(make_engine(database_url)).connect() as connection:
        return tuple(connection.execute(select(*(read(jobs) for read in readers)).where(jobs.c.id == job_id)).one())


def test_what_is_there_is_read_and_what_is_not_is_nothing(database_url: str, database: Database) -> None:
    zoe = Attendee(name="Zoë", email="zoë@example.org")
    booking = rows.added(database, command=Book(attendee=zoe, starts_at=START, call_session_id="c\N{GRINNING FACE}'\""))
    cancel = rows.added(database, command=Cancel(appointment_id="appt_1"))
    rows.finish(database, rows.claimed(database, cancel), status=Status.FAILED, final=Final(result=Result.ALREADY_OVER))
    assert facts(database_url, booking.id) == ("book", None, "c\N{GRINNING FACE}'\"", "zoë@example.org", "")
    assert facts(database_url, cancel.id) == ("cancel", "already_over", "", None, None)


@pytest.mark.parametrize("odd", ["nul \x00 inside", "half \ud800 pair", "other half \udc00"])
def test_a_stray_character_keeps_no_job_from_being_accepted_or_finished(database: Database, odd: str) -> None:
    """PostgreSQL keeps such JSON but cannot read it: the job is not found by what it says, and by all else it is."""
    job = rows.added(database, command=Cancel(appointment_id="appt_1", notes=odd))
    claimed = rows.claimed(database, job)
    final = Final(result=Result.UPSTREAM_REFUSED, detail=odd)
    assert rows.finish(database, claimed, now=NOW + timedelta(seconds=1), status=Status.FAILED, final=final)
    with database.reading_unit() as unit:
        (found,) = unit.job_list.page(JobSearch(org_id=job.org_id), Part()).rows
    assert (found.job.id, found.job.final, found.job.command.notes) == (job.id, final, odd)


@pytest.mark.parametrize("path", ["", "a'b", "a.", "a..b", "$.a", "A", "a b", "a\n"])
def test_a_path_is_plain_names(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        JsonText(jobs.c.command, path)
