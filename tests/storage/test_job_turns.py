"""Jobs on one appointment, or at overlapping times of one calendar, run one after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.answers import Final, Result
from app.domain.appointments import Cancel
from app.domain.jobs import LEASE, Job, Status
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import HALF_HOUR, NOW, SECOND, START

UNKNOWN = Final(result=Result.OUTCOME_UNKNOWN)
AFTER_LEASE = NOW + LEASE + SECOND


def pair(database: Database, **of_second: object) -> tuple[Job, Job]:
    """Two jobs at the same time of one calendar, the first one running."""
    first = rows.claimed(database, rows.added(database, calendar="c"))
    return first, rows.added(database, **{"calendar": "c", **of_second})


def test_a_job_waits_while_another_runs_at_its_time(database: Database) -> None:
    first, second = pair(database)
    assert rows.claim(database, second) is None
    assert rows.finish(database, first)
    assert rows.claim(database, second) is not None


@pytest.mark.parametrize(
    ("offset", "length", "waits"),
    [
        (timedelta(minutes=-30), HALF_HOUR, False),
        (timedelta(minutes=-29), HALF_HOUR, True),
        (timedelta(minutes=10), timedelta(minutes=5), True),
        (timedelta(minutes=-60), timedelta(minutes=180), True),
        (timedelta(minutes=29), HALF_HOUR, True),
        (timedelta(minutes=30), HALF_HOUR, False),
        (timedelta(minutes=1 - 24 * 60), timedelta(hours=24), True),
        (timedelta(minutes=-24 * 60), timedelta(hours=24), False),
    ],
)
def test_only_overlapping_times_wait(database: Database, offset: timedelta, length: timedelta, waits: bool) -> None:
    _, second = pair(database, starts_at=START + offset, ends_at=START + offset + length)
    assert (rows.claim(database, second) is None) is waits


def test_a_job_waits_for_one_that_began_almost_a_day_before_it(database: Database) -> None:
    whole_day = {"starts_at": START - timedelta(hours=24) + SECOND, "ends_at": START + SECOND}
    first = rows.claimed(database, rows.added(database, calendar="c", **whole_day))
    second = rows.added(database, calendar="c")
    assert rows.claim(database, second) is None

    assert rows.finish(database, first)
    with database.reading_unit() as unit:
        assert unit.jobs.waiting_behind(first, now=NOW) == [second.id]


def test_another_calendar_does_not_wait(database: Database) -> None:
    _, second = pair(database, calendar="d")
    assert rows.claim(database, second) is not None


def test_a_job_waits_for_the_open_outcome_of_another(database: Database) -> None:
    first, second = pair(database)
    rows.submit(database, first)
    rows.retry(database, first, at=NOW + timedelta(hours=1), keep_submitted=True)
    assert rows.claim(database, second) is None
    assert rows.claim(database, first, now=NOW + timedelta(hours=1)) is not None


def test_a_job_does_not_wait_for_another_that_only_pauses(database: Database) -> None:
    first, second = pair(database)
    rows.retry(database, first, at=NOW + SECOND)
    assert rows.claim(database, second) is not None
    assert rows.claim(database, first, now=NOW + SECOND) is None


def test_a_dead_lease_lets_the_next_job_pass_unless_something_was_sent(database: Database) -> None:
    first, second = pair(database)
    assert rows.claim(database, second, now=NOW + LEASE) is None
    assert rows.claim(database, second, now=AFTER_LEASE) is not None
    assert not rows.submit(database, first, now=AFTER_LEASE)


def test_a_dead_lease_of_a_job_that_sent_something_still_blocks(database: Database) -> None:
    first, second = pair(database)
    rows.submit(database, first)
    assert rows.claim(database, second, now=AFTER_LEASE) is None
    assert rows.claim(database, first, now=AFTER_LEASE) is not None


def test_of_one_appointment_the_older_due_job_goes_first(database: Database) -> None:
    older = rows.added(database, appointment_id="appt_1")
    newer = rows.added(database, appointment_id="appt_1", created_at=NOW + SECOND)
    assert rows.claim(database, newer) is None
    rows.finish(database, rows.claimed(database, older))
    assert rows.claim(database, newer) is not None


def test_of_two_jobs_made_at_the_same_moment_the_id_decides(database: Database) -> None:
    low = rows.added(database, id="job_a", appointment_id="appt_1")
    high = rows.added(database, id="job_b", appointment_id="appt_1")
    assert rows.claim(database, high) is None
    assert rows.claim(database, low) is not None


def test_an_older_job_goes_first_even_while_it_pauses(database: Database) -> None:
    rows.added(database, appointment_id="appt_1", next_attempt_at=NOW + timedelta(minutes=1))
    newer = rows.added(database, appointment_id="appt_1", created_at=NOW + SECOND)
    assert rows.claim(database, newer) is None


def test_a_job_whose_time_is_over_waits_for_nobody(database: Database) -> None:
    rows.added(database, appointment_id="appt_1", next_attempt_at=NOW + timedelta(minutes=1))
    over = rows.added(database, appointment_id="appt_1", created_at=NOW + SECOND, deadline_at=NOW)
    assert rows.claim(database, over) is not None


def test_what_another_host_let_pass_keeps_a_late_worker_from_sending(database: Database) -> None:
    first, second = pair(database)
    ahead = rows.claimed(database, second, now=AFTER_LEASE)
    assert rows.submit(database, ahead, now=AFTER_LEASE)
    assert not rows.submit(database, first, now=NOW)


def test_an_older_job_left_by_a_dead_worker_still_goes_first(database: Database) -> None:
    older = rows.claimed(database, rows.added(database, appointment_id="appt_1"))
    newer = rows.added(database, appointment_id="appt_1", created_at=NOW + SECOND)
    assert rows.claim(database, newer, now=AFTER_LEASE) is None
    assert rows.claim(database, older, now=AFTER_LEASE) is not None


def test_a_cancel_waits_for_its_appointment_only(database: Database) -> None:
    running = rows.claimed(database, rows.added(database, calendar="c"))
    times: dict[str, object] = {"starts_at": None, "ends_at": None, "calendar": "c", "created_at": NOW + SECOND}
    other = rows.added(database, command=Cancel(appointment_id="appt_2"), appointment_id="appt_2", **times)
    same = rows.added(
        database,
        command=Cancel(appointment_id=running.appointment_id),
        appointment_id=running.appointment_id,
        **times,
    )
    assert rows.claim(database, other) is not None
    assert rows.claim(database, same) is None


def test_two_open_outcomes_never_wait_for_each_other(database: Database) -> None:
    """An operator requeues a job of unknown outcome while a later one at the same time is unknown too."""
    first, second = pair(database)
    rows.submit(database, first)
    rows.finish(database, first, status=Status.FAILED, final=UNKNOWN)
    second = rows.claimed(database, second)
    rows.submit(database, second, now=NOW + SECOND)
    assert rows.requeue(database, first)
    assert rows.claim(database, first, now=NOW + SECOND) is None
    rows.retry(database, second, at=NOW, keep_submitted=True)
    assert rows.claim(database, second, now=NOW + SECOND) is None
    first = rows.claimed(database, first, now=NOW + SECOND)
    rows.finish(database, first)
    assert rows.claim(database, second, now=NOW + SECOND) is not None


def test_a_requeued_older_job_waits_for_the_open_outcome_of_a_newer_one(database: Database) -> None:
    older = rows.claimed(database, rows.added(database, appointment_id="appt_1"))
    rows.finish(database, older, status=Status.FAILED, final=Final(result=Result.UPSTREAM_DOWN))
    newer = rows.added(database, appointment_id="appt_1", created_at=NOW + SECOND)
    newer = rows.claimed(database, newer)
    rows.submit(database, newer)
    rows.retry(database, newer, keep_submitted=True)
    assert rows.requeue(database, older)
    assert rows.claim(database, older) is None
    newer = rows.claimed(database, newer)
    rows.finish(database, newer)
    assert rows.claim(database, older) is not None
