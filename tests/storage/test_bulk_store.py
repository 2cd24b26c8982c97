"""Runs over many jobs: one worker at a time, none against what a person decided, and nothing read without an index."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.bulk import LEASE, BulkAction, BulkItem, BulkRun, ItemState, Progress, Stage, Tally
from app.domain.paging import Place
from app.domain.preflight import Verdict
from app.storage.database import Database
from tests.storage.bulk_rows import FULL, added_run, claim_run, stored_run
from tests.storage.rows import NOW, SECOND

HOUR = timedelta(hours=1)


def due(database: Database, now=NOW) -> list[str]:
    with database.reading_unit() as unit:
        return unit.bulk.due(now=now, unpublished_since=now - 10 * SECOND, limit=9)


def decide(database: Database, run: BulkRun, **changes) -> bool:
    with database.unit() as unit:
        decided = unit.bulk.decide(run, replace(run, **changes))
        unit.commit()
    return decided


def hold(database: Database, run: BulkRun) -> bool:
    with database.unit() as unit:
        held = unit.bulk.hold(run, lease_until=NOW + LEASE)
        unit.commit()
    return held


def test_a_run_comes_back_as_it_was(database: Database) -> None:
    run = added_run(
        database,
        action=BulkAction.DISCARD,
        wanted=FULL,
        reason="not wanted",
        stage=Stage.RUNNING,
        paused_at=NOW,
        collected=7,
        capped=True,
        place=Place(at=NOW, id="job-7"),
        number=5,
        started_at=NOW,
    )
    assert stored_run(database, run) == run
    with database.reading_unit() as unit:
        assert unit.bulk.get("bulk_0") is None


def test_runs_are_listed_the_youngest_first_page_by_page(database: Database) -> None:
    runs = [added_run(database, created_at=NOW + number * SECOND) for number in range(3)]
    with database.reading_unit() as unit:
        first = unit.bulk.recent(2)
        assert first == [runs[2], runs[1]]
        assert unit.bulk.recent(2, Place(at=first[-1].created_at, id=first[-1].id)) == [runs[0]]


def test_a_run_is_held_by_one_worker_until_its_lease_runs_out(database: Database) -> None:
    run = added_run(database)
    first = claim_run(database, run)
    assert first is not None
    assert claim_run(database, run) is None
    assert due(database) == []
    after = NOW + LEASE + SECOND
    assert due(database, after) == [run.id]
    second = claim_run(database, run, now=after)
    assert second is not None
    assert (second.fence, second.crashes) == (first.fence + 1, 1)
    assert not hold(database, first)
    assert hold(database, second)


def test_progress_of_a_worker_that_lost_its_run_changes_nothing(database: Database) -> None:
    run = added_run(database)
    first = claim_run(database, run)
    second = claim_run(database, run, now=NOW + LEASE + SECOND)
    assert first is not None
    assert second is not None
    with database.unit() as unit:
        unit.bulk.save(replace(first, stage=Stage.DONE, finished_at=NOW))
        unit.bulk.release(first)
        unit.commit()
    assert stored_run(database, run) == second
    assert claim_run(database, run, now=NOW + LEASE + SECOND) is None


def test_progress_forgets_the_workers_that_died_before_it(database: Database) -> None:
    run = added_run(database)
    claim_run(database, run)
    second = claim_run(database, run, now=NOW + LEASE + SECOND)
    assert second is not None
    with database.unit() as unit:
        unit.bulk.save(replace(second, collected=3))
        unit.bulk.release(second)
        unit.commit()
    stored = stored_run(database, run)
    assert (stored.collected, stored.crashes) == (3, 0)


@pytest.mark.parametrize(
    "decision", [{"paused_at": NOW}, {"stage": Stage.CANCELLED, "finished_at": NOW}, {"stage": Stage.READY}]
)
def test_whoever_holds_a_run_stops_once_a_person_decided_about_it(database: Database, decision) -> None:
    run = claim_run(database, added_run(database))
    assert run is not None
    assert hold(database, run)
    assert decide(database, run, **decision)
    assert not hold(database, run)
    assert not decide(database, run, paused_at=NOW + SECOND)
    with database.unit() as unit:
        unit.bulk.release(run)
        unit.commit()
    assert due(database) == []


def test_a_paused_run_that_is_resumed_goes_on(database: Database) -> None:
    run = added_run(database)
    assert decide(database, run, paused_at=NOW)
    assert due(database) == []
    assert decide(database, stored_run(database, run), paused_at=None)
    assert due(database) == [run.id]


def test_a_run_is_due_at_its_time_and_published_now_and_then(database: Database) -> None:
    run = added_run(database, next_at=NOW + SECOND)
    assert due(database) == []
    with database.unit() as unit:
        unit.bulk.mark_published([run.id], now=NOW + SECOND)
        unit.commit()
    assert due(database, NOW + 5 * SECOND) == []
    assert due(database, NOW + 12 * SECOND) == [run.id]


def test_items_are_marked_and_counted(database: Database) -> None:
    run = added_run(database, 5)
    skipped = BulkItem(
        position=1, job_id="job-1", state=ItemState.SKIPPED, verdict=Verdict.OUTCOME_UNKNOWN, version="v", tries=2
    )
    ended = replace(skipped, position=3, job_id="job-3", state=ItemState.ENDED, result="booked", done_at=NOW)
    with database.unit() as unit:
        unit.bulk.mark(run, [skipped, ended])
        unit.bulk.mark(run, [])
        unit.commit()
    with database.reading_unit() as unit:
        assert unit.bulk.items(run.id, 9)[1] == skipped
        assert [item.position for item in unit.bulk.items(run.id, 2, after=1)] == [2, 3]
        assert unit.bulk.items(run.id, 9, state=ItemState.ENDED) == [ended]
        tallies = unit.bulk.tallies(run.id)
    assert set(tallies) == {
        Tally(None, ItemState.FOUND, "", 3),
        Tally(Verdict.OUTCOME_UNKNOWN, ItemState.SKIPPED, "", 1),
        Tally(Verdict.OUTCOME_UNKNOWN, ItemState.ENDED, "booked", 1),
    }
    progress = Progress(tuple(tallies))
    assert (progress.checked, progress.ready, progress.acted_on, progress.ended, progress.open_outcomes) == (
        2,
        0,
        1,
        1,
        1,
    )


def test_items_left_out_because_of_an_open_outcome_may_be_taken_in_and_all_checked_again(database: Database) -> None:
    run = replace(added_run(database, 3), collected=3)
    with database.unit() as unit:
        first, second, third = unit.bulk.items(run.id, 3)
        left_out: dict[str, Any] = {"state": ItemState.SKIPPED, "version": "v"}
        unit.bulk.mark(run, [replace(first, **left_out, verdict=Verdict.OUTCOME_UNKNOWN)])
        unit.bulk.mark(run, [replace(second, **left_out, verdict=Verdict.TIME_PAST)])
        unit.bulk.take_in_open_outcomes(run)
        assert [item.position for item in unit.bulk.items(run.id, 9, state=ItemState.READY)] == [0]
        unit.bulk.check_again(run)
        assert unit.bulk.items(run.id, 9) == [first, second, third]


def test_one_job_is_in_a_run_once(database: Database) -> None:
    run = added_run(database, 2)
    with pytest.raises(Exception, match=r"(?i)unique"), database.unit() as unit:
        unit.bulk.add_items(replace(run, collected=2), ["job-1"])


def test_old_runs_are_deleted_with_their_items_and_those_at_work_are_kept(database: Database) -> None:
    over = added_run(database, 2, finished_at=NOW, stage=Stage.DONE)
    waiting = added_run(database, 2, stage=Stage.READY)
    busy = added_run(database, 2)
    deleted = []
    for limit in (2, 2, 9, 9):
        with database.unit() as unit:
            deleted.append(unit.bulk.prune(before=NOW + HOUR, limit=limit))
            unit.commit()
    with database.reading_unit() as unit:
        kept = [run.id for run in unit.bulk.recent(9)]
        assert [bool(unit.bulk.tallies(run.id)) for run in (over, waiting, busy)] == [False, False, True]
        assert unit.bulk.at_work() == 1
    assert (deleted, kept) == ([2, 1, 3, 0], [busy.id])
