"""A run over many jobs does what it said it would, at its pace, once, whoever dies meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from app.domain.answers import Final, Result
from app.domain.audit import Deed
from app.domain.bulk import UNDER_WAY, BulkAction, ItemState, Stage
from app.domain.errors import ConflictError, PostponedError
from app.domain.jobs import Job, Status
from tests.services.bulk_desk import BulkDesk, most_within
from tests.services.desk import Desk

MINUTE = timedelta(minutes=1)


@pytest.fixture
def bulk(desk: Desk) -> Iterator[BulkDesk]:
    bulk = BulkDesk(desk)
    yield bulk
    bulk.close()


def add_mixed(bulk: BulkDesk, each: int) -> dict[str, int]:
    """So many jobs of every kind, and what a pre-flight has to say of them."""
    makers: dict[str, Callable[[], Job]] = {
        "useful": bulk.add_job,
        "already_done": bulk.add_done,
        "slot_gone": lambda: bulk.add_job(free=False),
        "time_past": bulk.add_past,
        "outcome_unknown": lambda: bulk.add_open(submitted_at=bulk.desk.now + 8 * MINUTE),
    }
    for _ in range(each):
        for make in makers.values():
            make()
    for _ in range(each):
        bulk.add_succeeded()
        bulk.add_job(dedupe_key=None)
    return dict.fromkeys(makers, each) | {"cannot_be_retried": 2 * each}


def test_nothing_is_done_before_a_person_says_so(desk: Desk, bulk: BulkDesk) -> None:
    said = add_mixed(bulk, 2)
    before = {item.job_id: desk.job(item.job_id) for item in bulk.items(bulk.start())}
    run_id = bulk.checked()
    run = bulk.run(run_id)
    assert (run.stage, run.collected, bulk.verdicts(run_id)) == (Stage.READY, 14, said)
    for _ in range(50):
        bulk.round()
    assert bulk.run(run_id).stage is Stage.READY
    assert {job_id: desk.job(job_id) for job_id in before} == before
    assert (desk.calendar.writes, bulk.audit(Deed.REQUEUE)) == ([], [])


@pytest.mark.timeout(300)
def test_five_hundred_mixed_jobs_end_as_the_dry_run_said_though_workers_die(desk: Desk, bulk: BulkDesk) -> None:
    each, rate = 72, 120
    said = add_mixed(bulk, each)
    assert sum(said.values()) == 504
    bulk.dying.every = 7
    run_id = bulk.checked(rate=rate)
    assert bulk.verdicts(run_id) == said
    confirmed = bulk.confirm(run_id)
    bulk.dying.every = 11
    bulk.run_to_end(run_id)

    assert (bulk.run(run_id).stage, confirmed.number, bulk.dying.deaths > 20) == (Stage.DONE, 3 * each, True)
    ends = Counter((str(tally.verdict), tally.state, tally.result) for tally in bulk.progress(run_id).tallies)
    assert {(verdict, state.value, result) for verdict, state, result in ends} == {
        ("useful", "ended", "booked"),
        ("already_done", "ended", "booked"),
        ("outcome_unknown", "ended", "booked"),
        ("slot_gone", "skipped", ""),
        ("time_past", "skipped", ""),
        ("cannot_be_retried", "skipped", ""),
    }
    assert bulk.verdicts(run_id) == said
    entries = bulk.audit(Deed.REQUEUE)
    acted_on = [item.job_id for item in bulk.items(run_id) if item.state is ItemState.ENDED]
    assert sorted(entry.target for entry in entries) == sorted(acted_on)
    assert {(entry.actor, entry.reason) for entry in entries} == {("operator:jane", run_id)}
    assert most_within([entry.at for entry in entries], MINUTE) <= rate
    assert len(desk.calendar.writes) == 2 * each
    assert len(desk.calendar.live()) == 3 * each
    assert {desk.job(job_id).status for job_id in acted_on} == {Status.SUCCEEDED}


def test_a_minute_never_has_more_jobs_than_were_allowed(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(25):
        bulk.add_job()
    run_id = bulk.checked(rate=10)
    bulk.confirm(run_id)
    began = desk.now
    bulk.run_to_end(run_id)
    times = [entry.at for entry in bulk.audit(Deed.REQUEUE)]
    assert (len(times), most_within(times, MINUTE)) == (25, 10)
    assert timedelta(minutes=2) < desk.now - began < timedelta(minutes=4)


def test_two_workers_at_once_do_nothing_twice(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(6):
        bulk.add_job()
    run_id = bulk.checked()
    bulk.confirm(run_id)

    def both() -> None:
        if len(bulk.audit(Deed.REQUEUE)) == 3:
            bulk.advance(run_id)

    desk.calendar.before_write = both
    bulk.run_to_end(run_id)
    bulk.advance(run_id)
    assert len(bulk.audit(Deed.REQUEUE)) == 6


def test_a_worker_whose_lease_ran_out_does_nothing_more(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(3):
        bulk.add_job()
    run_id = bulk.checked()
    slow = bulk.advance.steps[Stage.RUNNING]
    bulk.confirm(run_id)
    with desk.database.unit() as unit:
        stale = unit.bulk.claim(run_id, now=desk.now, lease_until=desk.now + MINUTE)
        unit.commit()
    assert stale is not None
    desk.later(61)
    bulk.round()
    assert len(bulk.audit(Deed.REQUEUE)) > 0
    done = len(bulk.audit(Deed.REQUEUE))
    assert slow(stale, desk.calendar) is None
    assert len(bulk.audit(Deed.REQUEUE)) == done


def test_a_job_that_changed_after_its_check_is_left_alone_and_said_so(desk: Desk, bulk: BulkDesk) -> None:
    kept, changed = bulk.add_job(), bulk.add_job()
    run_id = bulk.checked()
    bulk.confirm(run_id)
    with desk.database.unit() as unit:
        assert unit.jobs.requeue(changed.id, now=desk.now, deadline_at=desk.now + MINUTE)
        unit.commit()
    before = desk.job(changed.id)
    bulk.run_to_end(run_id)
    assert {item.job_id: (item.state.value, item.result) for item in bulk.items(run_id)} == {
        kept.id: ("ended", "booked"),
        changed.id: ("refused", "changed"),
    }
    assert [entry.target for entry in bulk.audit(Deed.REQUEUE)] == [kept.id]
    assert desk.job(changed.id).requeued_at == before.requeued_at


def test_a_job_that_somebody_closed_after_its_check_stays_closed(desk: Desk, bulk: BulkDesk) -> None:
    closed = bulk.add_job()
    run_id = bulk.checked()
    bulk.confirm(run_id)
    with desk.database.unit() as unit:
        assert unit.jobs.discard(closed.id, now=desk.now, final=Final(result=Result.DISCARDED))
        unit.commit()
    bulk.run_to_end(run_id)
    (item,) = bulk.items(run_id)
    assert (item.state, item.result, desk.job(closed.id).status) == (ItemState.REFUSED, "changed", Status.DISCARDED)


def test_a_time_that_passes_while_the_run_waits_is_not_retried(desk: Desk, bulk: BulkDesk) -> None:
    job = bulk.add_job(starts_at=desk.now + timedelta(minutes=10))
    run_id = bulk.checked()
    desk.later(700)
    bulk.confirm(run_id)
    bulk.run_to_end(run_id)
    (item,) = bulk.items(run_id)
    assert (item.state, item.result, desk.job(job.id)) == (ItemState.REFUSED, "time_past", job)


def test_where_jobs_end_slower_than_the_rate_the_run_waits_for_them(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(UNDER_WAY + 20):
        bulk.add_job()
    run_id = bulk.checked(rate=600)
    bulk.confirm(run_id)
    desk.traffic.waits = [5.0] * 100_000
    for _ in range(40):
        bulk.round()
    progress = bulk.progress(run_id)
    assert (progress.of([ItemState.STARTED]), progress.ready) == (UNDER_WAY, 20)
    desk.traffic.waits = []
    bulk.run_to_end(run_id)
    assert bulk.progress(run_id).ended == UNDER_WAY + 20


def test_while_cal_com_must_not_be_asked_the_check_waits_and_finds_out_later(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(3):
        bulk.add_job()
    run_id = bulk.start()
    desk.calendar.look_fault = PostponedError(20.0)
    for _ in range(200):
        bulk.round()
    assert (bulk.run(run_id).stage, bulk.progress(run_id).checked) == (Stage.CHECKING, 0)
    assert 3 < desk.calendar.looks <= 6
    assert {item.tries for item in bulk.items(run_id)} == {0}
    desk.calendar.look_fault = None
    bulk.go_on(run_id, until=lambda run: run.stage is Stage.READY)
    assert bulk.verdicts(run_id) == {"useful": 3}


def test_discarding_asks_cal_com_nothing_and_leaves_open_outcomes_out(desk: Desk, bulk: BulkDesk) -> None:
    add_mixed(bulk, 2)
    open_still = bulk.add_done()
    run_id = bulk.checked(BulkAction.DISCARD, reason="too late by now")
    assert desk.calendar.looks == 0
    assert bulk.verdicts(run_id) == {"can_be_discarded": 8, "cannot_be_discarded": 4, "outcome_unknown": 3}
    bulk.confirm(run_id)
    bulk.run_to_end(run_id)
    entries = bulk.audit(Deed.DISCARD)
    assert {(entry.actor, entry.reason) for entry in entries} == {("operator:jane", f"too late by now ({run_id})")}
    assert (len(entries), desk.job(open_still.id)) == (8, open_still)
    assert bulk.progress(run_id).ended == 8


def test_open_outcomes_are_discarded_where_that_is_confirmed(desk: Desk, bulk: BulkDesk) -> None:
    jobs = [bulk.add_job(), bulk.add_done()]
    run_id = bulk.checked(BulkAction.DISCARD, reason="seen in Cal.com")
    assert bulk.confirm(run_id, with_open=True).number == 2
    bulk.run_to_end(run_id)
    assert {desk.job(job.id).status for job in jobs} == {Status.DISCARDED}


def test_a_run_with_nothing_to_do_is_over_once_it_is_checked(bulk: BulkDesk) -> None:
    bulk.add_past()
    run_id = bulk.checked()
    assert (bulk.run(run_id).stage, bulk.verdicts(run_id)) == (Stage.DONE, {"time_past": 1})
    with pytest.raises(ConflictError):
        bulk.confirm_bulk(run_id, 0, actor="operator:jane")
