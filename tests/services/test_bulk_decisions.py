"""A run over many jobs is begun, confirmed, paused, resumed and cancelled by people, who are named in the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.audit import Deed
from app.domain.bulk import MOST_AT_WORK, MOST_CRASHES, BulkAction, BulkRun, Stage
from app.domain.errors import CalendarError, ConflictError, RefusedError, UnknownNameError
from app.domain.job_search import JobSearch
from app.domain.outcomes import RetryLater, Unknown
from app.services.collect_bulk import CollectBulk
from app.services.wake_bulk import KEEP, REPUBLISH_AFTER
from tests.services.bulk_desk import BulkDesk
from tests.services.desk import AGENT, ORG, Desk

JANE = "operator:jane"


@pytest.fixture
def bulk(desk: Desk) -> Iterator[BulkDesk]:
    bulk = BulkDesk(desk)
    yield bulk
    bulk.close()


def begun(bulk: BulkDesk, jobs: int = 5, acted_on: int = 2) -> str:
    """A run that has acted on some of its jobs."""
    for _ in range(jobs):
        bulk.add_job()
    run_id = bulk.checked(rate=20)
    bulk.confirm(run_id)
    bulk.go_on(run_id, until=lambda _: len(bulk.audit(Deed.REQUEUE)) >= acted_on)
    return run_id


def rounds(bulk: BulkDesk, number: int = 20) -> None:
    for _ in range(number):
        bulk.round()


def test_a_run_takes_what_matches_and_nothing_that_came_later(desk: Desk, bulk: BulkDesk) -> None:
    job, other = bulk.add_job(), bulk.add_job(org_id="1268c1f0-19f3-47db-aefb-c16a7c3ace6f")
    run_id = bulk.start(org_id=ORG, agent_id=AGENT.upper(), result=Result.UPSTREAM_DOWN, until=desk.now + timedelta(1))
    bulk.add_job(created_at=desk.now + timedelta(seconds=1))
    bulk.go_on(run_id, until=lambda run: run.stage is Stage.READY)
    assert [item.job_id for item in bulk.items(run_id)] == [job.id]
    assert other.id != job.id


def test_more_than_a_run_takes_is_cut_off_and_said_so(desk: Desk, bulk: BulkDesk) -> None:
    few = CollectBulk(open_unit=desk.database.unit, clock=desk.clock, most=3)
    bulk.advance = replace(bulk.advance, steps={**bulk.advance.steps, Stage.COLLECTING: few})
    jobs = [bulk.add_job(created_at=desk.now + timedelta(microseconds=number)) for number in range(5)]
    run_id = bulk.checked()
    assert bulk.run(run_id).capped
    assert [item.job_id for item in bulk.items(run_id)] == [job.id for job in jobs[:3]]


@pytest.mark.parametrize("rate", [0, 601])
def test_a_rate_has_bounds(bulk: BulkDesk, rate: int) -> None:
    with pytest.raises(RefusedError):
        bulk.start(rate=rate)


def test_discarding_takes_a_reason(bulk: BulkDesk) -> None:
    with pytest.raises(RefusedError) as refused:
        bulk.start(BulkAction.DISCARD)
    assert list(refused.value.fields) == ["reason"]


def test_a_filter_names_what_is_there_and_a_span_that_is_one(desk: Desk, bulk: BulkDesk) -> None:
    with pytest.raises(UnknownNameError):
        bulk.start(org_id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(RefusedError):
        bulk.start(since=desk.now, until=desk.now)


def test_only_so_many_runs_are_at_work(bulk: BulkDesk) -> None:
    runs = [bulk.start() for _ in range(MOST_AT_WORK)]
    with pytest.raises(ConflictError, match="Wait for one, or cancel one"):
        bulk.start()
    bulk.steer.cancel(runs[0], actor=JANE)
    bulk.start()


def test_a_confirmation_names_the_number_it_is_about(bulk: BulkDesk) -> None:
    bulk.add_job()
    run_id = bulk.checked()
    with pytest.raises(ConflictError, match="It would act on 1 jobs now, not on 2"):
        bulk.confirm_bulk(run_id, 2, actor=JANE)
    bulk.confirm_bulk(run_id, 1, actor=JANE)
    with pytest.raises(ConflictError, match="The run is running now"):
        bulk.confirm_bulk(run_id, 1, actor=JANE)
    (entry,) = bulk.audit(Deed.BULK_CONFIRM)
    assert (entry.actor, entry.target, dict(entry.counts)) == (JANE, run_id, {"jobs": 1})


def test_what_was_found_out_may_be_found_out_anew(desk: Desk, bulk: BulkDesk) -> None:
    job = bulk.add_job()
    bulk.add_job()
    run_id = bulk.checked()
    assert job.starts_at is not None
    desk.calendar.free.remove(job.starts_at)
    bulk.steer.check_again(run_id, actor=JANE)
    with pytest.raises(ConflictError):
        bulk.confirm_bulk(run_id, 2, actor=JANE)
    bulk.go_on(run_id, until=lambda run: run.stage is Stage.READY)
    assert bulk.verdicts(run_id) == {"useful": 1, "slot_gone": 1}
    with pytest.raises(ConflictError, match="not on 2"):
        bulk.confirm_bulk(run_id, 2, actor=JANE)


def test_a_paused_run_does_nothing_until_it_is_resumed_and_then_the_rest(bulk: BulkDesk) -> None:
    run_id = begun(bulk)
    bulk.steer.pause(run_id, actor=JANE)
    rounds(bulk)
    assert len(bulk.audit(Deed.REQUEUE)) == 2
    with pytest.raises(ConflictError, match="The run is paused now"):
        bulk.steer.pause(run_id, actor=JANE)
    bulk.steer.resume(run_id, actor=JANE)
    bulk.run_to_end(run_id)
    assert (len(bulk.audit(Deed.REQUEUE)), bulk.progress(run_id).ended) == (5, 5)
    assert {entry.actor for deed in (Deed.BULK_PAUSE, Deed.BULK_RESUME) for entry in bulk.audit(deed)} == {JANE}


def test_a_run_may_be_paused_while_it_is_checked(desk: Desk, bulk: BulkDesk) -> None:
    bulk.add_job()
    run_id = bulk.start()
    bulk.steer.pause(run_id, actor=JANE)
    rounds(bulk)
    assert (bulk.run(run_id).stage, desk.calendar.looks) == (Stage.COLLECTING, 0)
    bulk.steer.resume(run_id, actor=JANE)
    bulk.go_on(run_id, until=lambda run: run.stage is Stage.READY)


def test_a_pause_in_the_middle_of_a_turn_stops_it(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(5):
        bulk.add_job()
    run_id = bulk.checked(rate=600)
    bulk.confirm(run_id)
    napped: list[float] = []

    def nap(seconds: float) -> None:
        desk.later(seconds)
        napped.append(seconds)
        if len(napped) == 2:
            bulk.steer.pause(run_id, actor=JANE)

    bulk.advance = replace(bulk.advance, pause=nap)
    bulk.advance(run_id)
    assert len(bulk.audit(Deed.REQUEUE)) == 2


def test_a_cancelled_run_begins_nothing_more_and_what_was_begun_ends(desk: Desk, bulk: BulkDesk) -> None:
    run_id = begun(bulk)
    bulk.steer.cancel(run_id, actor=JANE)
    rounds(bulk)
    run = bulk.run(run_id)
    assert (run.stage, run.finished_at is not None, len(bulk.audit(Deed.REQUEUE))) == (Stage.CANCELLED, True, 2)
    assert len(desk.calendar.live()) == 2
    for decide in (bulk.steer.pause, bulk.steer.resume, bulk.steer.cancel, bulk.steer.check_again):
        with pytest.raises(ConflictError, match="The run is cancelled now"):
            decide(run_id, actor=JANE)
    assert [entry.target for entry in bulk.audit(Deed.BULK_CANCEL)] == [run_id]


def test_a_worker_that_is_to_stop_hands_the_run_on(desk: Desk, bulk: BulkDesk) -> None:
    run_id = begun(bulk)
    desk.stopping = True
    rounds(bulk, 5)
    assert len(bulk.audit(Deed.REQUEUE)) == 2
    desk.stopping = False
    bulk.run_to_end(run_id)
    assert bulk.progress(run_id).ended == 5


def test_a_run_on_which_workers_die_again_and_again_waits_for_a_person(desk: Desk, bulk: BulkDesk) -> None:
    bulk.add_job()
    run_id = bulk.start()
    desk.calendar.look_fault = KeyboardInterrupt()
    bulk.go_on(run_id, until=lambda run: run.paused_at is not None)
    assert bulk.run(run_id).crashes == MOST_CRASHES + 1
    (entry,) = bulk.audit(Deed.BULK_PAUSE)
    assert (entry.actor, entry.reason) == ("worker", f"{MOST_CRASHES + 1} workers died on it")
    desk.calendar.look_fault = None
    bulk.steer.resume(run_id, actor=JANE)
    bulk.go_on(run_id, until=lambda run: run.stage is Stage.READY)


def test_a_job_that_cal_com_gives_no_answer_for_is_given_up_after_some_tries(desk: Desk, bulk: BulkDesk) -> None:
    for _ in range(2):
        bulk.add_done()
    run_id = bulk.start()
    desk.calendar.look_fault = CalendarError(RetryLater())
    bulk.go_on(run_id, until=lambda _: bulk.progress(run_id).checked == 1)
    assert bulk.items(run_id)[0].tries == 3
    desk.calendar.look_fault = None
    bulk.go_on(run_id, until=lambda run: run.stage is Stage.READY)
    assert bulk.verdicts(run_id) == {"cannot_be_checked": 1, "already_done": 1}


def test_what_asking_again_would_not_help_is_asked_once(desk: Desk, bulk: BulkDesk) -> None:
    bulk.add_done()
    desk.calendar.look_fault = CalendarError(Unknown())
    run_id = bulk.checked()
    assert (bulk.verdicts(run_id), desk.calendar.looks) == ({"cannot_be_checked": 1}, 1)


def test_a_lost_message_is_sent_again_and_a_broker_that_is_away_is_waited_for(desk: Desk, bulk: BulkDesk) -> None:
    run_id = bulk.start()
    bulk.told.broker_is_up = False
    assert bulk.wake() == 0
    bulk.told.broker_is_up = True
    assert (bulk.wake(), bulk.wake()) == (1, 0)
    desk.later(REPUBLISH_AFTER.total_seconds() + 1)
    assert (bulk.wake(), bulk.told.runs) == (1, [run_id, run_id])


def test_runs_of_long_ago_are_deleted(desk: Desk, bulk: BulkDesk) -> None:
    bulk.add_past()
    bulk.checked()
    desk.later(KEEP.total_seconds() + 60)
    kept: BulkRun = bulk.run(bulk.start())
    assert bulk.wake.prune() == 2
    assert bulk.show_bulk.recent() == ([kept], False)


def test_an_unknown_run_is_said_to_be_unknown(bulk: BulkDesk) -> None:
    for look in (bulk.show_bulk, lambda run_id: bulk.steer.pause(run_id, actor=JANE)):
        with pytest.raises(UnknownNameError):
            look("bulk_0")


def test_what_is_wanted_reaches_no_further_than_now(desk: Desk, bulk: BulkDesk) -> None:
    run = bulk.start_bulk(BulkAction.RETRY, JobSearch(until=desk.now + timedelta(days=9)), actor=JANE)
    assert run.wanted.until == desk.now


def test_a_run_is_not_over_the_jobs_of_one_person(bulk: BulkDesk) -> None:
    with pytest.raises(RefusedError):
        bulk.start(contacts=frozenset({"jane@example.com"}))
