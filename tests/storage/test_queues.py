"""What waits is seen by organization, so that a long queue of one hides nothing of another's."""

from __future__ import annotations

import time
from datetime import timedelta

from app.domain.jobs import Status
from app.domain.stores import DueJob, Queue
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import HALF_HOUR, NOW, SECOND, START

MINUTE = timedelta(minutes=1)
BOUND = NOW - 30 * SECOND


def due(database: Database, per_org: int) -> dict[str, list[str]]:
    with database.reading_unit() as unit:
        found = unit.jobs.due(now=NOW, unpublished_since=NOW, per_org=per_org)
    return {org_id: [job.id for job in jobs] for org_id, jobs in found.items()}


def queues(database: Database) -> list[Queue]:
    with database.reading_unit() as unit:
        return sorted(unit.jobs.queues(now=NOW, overdue_since=BOUND), key=lambda queue: queue.org_id)


def test_of_every_organization_the_first_due_jobs_are_named(database: Database) -> None:
    flood = [rows.added(database, org_id="a", created_at=NOW - (60 - number) * SECOND) for number in range(9)]
    quiet = rows.added(database, org_id="b")
    rows.added(database, org_id="c", next_attempt_at=NOW + SECOND)

    assert due(database, per_org=3) == {"a": [job.id for job in flood[:3]], "b": [quiet.id]}


def test_a_due_job_tells_since_when_and_whether_a_worker_was_told(database: Database) -> None:
    job = rows.added(database, created_at=NOW - 2 * MINUTE, next_attempt_at=NOW - MINUTE)
    with database.unit() as unit:
        unit.jobs.mark_published([job.id], now=NOW - SECOND)
        unit.commit()
    with database.reading_unit() as unit:
        assert unit.jobs.due(now=NOW, unpublished_since=NOW, per_org=1)["org"] == [
            DueJob(id=job.id, created_at=NOW - 2 * MINUTE, due_since=NOW - MINUTE, published_at=NOW - SECOND)
        ]


def test_an_organization_whose_jobs_were_all_published_lately_is_not_looked_at(database: Database) -> None:
    lately, long_ago, never = (
        rows.added(database, org_id=org_id, created_at=NOW - MINUTE, next_attempt_at=NOW - MINUTE) for org_id in "abc"
    )
    with database.unit() as unit:
        unit.jobs.mark_published([lately.id], now=NOW - 10 * SECOND)
        unit.jobs.mark_published([long_ago.id], now=NOW - 11 * SECOND)
        unit.commit()
    with database.reading_unit() as unit:
        found = unit.jobs.due(now=NOW, unpublished_since=NOW - 10 * SECOND, per_org=3)
    assert {org_id: [job.id for job in jobs] for org_id, jobs in found.items()} == {"b": [long_ago.id], "c": [never.id]}


def test_queues_count_what_was_never_tried_and_tell_who_waits_in_vain(database: Database) -> None:
    rows.added(database, org_id="a", next_attempt_at=NOW - MINUTE)
    rows.added(database, org_id="a")
    rows.added(database, org_id="b", next_attempt_at=NOW - 29 * SECOND)
    rows.added(database, org_id="b", next_attempt_at=NOW + MINUTE)
    for status in (Status.RUNNING, Status.RETRYING, Status.SUCCEEDED, Status.FAILED, Status.DISCARDED):
        rows.in_status(database, status)

    assert queues(database) == [
        Queue(org_id="a", length=2, is_overdue=True),
        Queue(org_id="b", length=2, is_overdue=False),
    ]


def test_of_who_waits_in_vain_it_is_told_how_many_jobs_ended_within_the_last_minute(database: Database) -> None:
    rows.added(database, org_id="a", next_attempt_at=NOW - MINUTE)
    for org_id, ago in (("a", 1), ("a", 59), ("a", 60), ("b", 1)):
        rows.added(database, org_id=org_id, status=Status.FAILED, finished_at=NOW - ago * SECOND)

    assert queues(database) == [Queue(org_id="a", length=1, is_overdue=True, pace=2)]


def test_who_waits_for_another_jobs_outcome_is_not_overdue(database: Database) -> None:
    rows.claimed(database, rows.added(database, org_id="a", calendar="c"))
    rows.added(database, org_id="a", calendar="c", next_attempt_at=NOW - MINUTE)

    assert queues(database) == [Queue(org_id="a", length=1, is_overdue=False)]


def test_ten_thousand_queued_jobs_are_seen_through_in_a_moment(database: Database) -> None:
    with database.unit() as unit:
        for number in range(10_000):
            starts_at = START + number * HALF_HOUR
            unit.jobs.add(rows.make_job(org_id="a", calendar="c", starts_at=starts_at, ends_at=starts_at + HALF_HOUR))
        unit.jobs.add(rows.make_job(org_id="b"))
        unit.commit()
    began = time.monotonic()

    found = due(database, per_org=50)
    with database.reading_unit() as unit:
        assert unit.jobs.oldest_due(now=NOW) == NOW
    lengths = {queue.org_id: queue.length for queue in queues(database)}

    assert time.monotonic() - began < 3.0
    assert {org_id: len(ids) for org_id, ids in found.items()} == {"a": 50, "b": 1}
    assert lengths == {"a": 10_000, "b": 1}


def test_a_job_handed_back_for_later_is_due_then_and_not_before(database: Database) -> None:
    job = rows.claimed(database, rows.added(database))
    with database.unit() as unit:
        assert unit.jobs.hand_back(job, now=NOW, at=NOW + MINUTE)
        unit.commit()

    assert due(database, per_org=9) == {}
    assert rows.claim(database, job, now=NOW + 57 * SECOND) is None
    again = rows.claimed(database, job, now=NOW + MINUTE)
    assert again.attempts == 1


def test_a_postponed_job_keeps_its_place_so_that_a_long_queue_is_not_taken_and_handed_back_in_turn(
    database: Database,
) -> None:
    queued = [rows.added(database, created_at=NOW - (9 - number) * SECOND) for number in range(4)]
    first = rows.claimed(database, queued[0])
    with database.unit() as unit:
        assert unit.jobs.hand_back(first, now=NOW, at=NOW + MINUTE)
        unit.commit()

    assert due(database, per_org=2) == {"org": [queued[1].id]}


def test_those_who_wait_for_one_time_hide_nobody_who_asks_for_another(database: Database) -> None:
    crowd = [rows.make_job(calendar="c", created_at=NOW - (60 - number) * SECOND) for number in range(20)]
    others = [rows.make_job(calendar="c", starts_at=START + HALF_HOUR, ends_at=START + 2 * HALF_HOUR) for _ in range(2)]
    with database.unit() as unit:
        assert all(unit.jobs.add(job) for job in (*crowd, *others))
        unit.commit()
    assert due(database, per_org=2) == {"org": [job.id for job in crowd[:2]]}

    first = rows.claimed(database, crowd[0])
    assert set(due(database, per_org=2)["org"]) == {job.id for job in others}
    rows.submit(database, first)
    rows.retry(database, first, at=NOW + MINUTE, keep_submitted=True)
    assert set(due(database, per_org=2)["org"]) == {job.id for job in others}
    rows.finish(database, rows.claimed(database, first, now=NOW + MINUTE))
    assert due(database, per_org=2) == {"org": [job.id for job in crowd[1:3]]}


def test_whose_time_is_over_is_named_though_another_one_is_at_its_time(database: Database) -> None:
    rows.claimed(database, rows.added(database, calendar="c"))
    over = rows.added(database, calendar="c", deadline_at=NOW)
    rows.added(database, calendar="c")

    assert due(database, per_org=2) == {"org": [over.id]}
