"""Who is let in when it is busy, and in which order jobs reach the workers."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.jobs import Job
from app.domain.stores import DueJob
from app.services.rescue_jobs import in_turn
from tests.services.desk import NOW, ORG, TWO_PM_TUESDAY, Desk
from tests.storage import rows

OTHER_ORG = "another"


def queue(desk: Desk, number: int, *, org_id: str = ORG, since: datetime = NOW) -> list[Job]:
    jobs = [rows.make_job(org_id=org_id, created_at=since, next_attempt_at=since) for _ in range(number)]
    with desk.database.unit() as unit:
        for job in jobs:
            assert unit.jobs.add(job)
        unit.commit()
    return jobs


def rows_kept(desk: Desk) -> int:
    with desk.database.reading_unit() as unit:
        return sum(unit.jobs.open_counts().values())


def test_a_full_queue_of_ones_own_is_refused_with_nothing_accepted(desk: Desk) -> None:
    queue(desk, 200)

    answer = desk.book()

    assert (answer.result, answer.retry_after) == (Result.RATE_LIMITED, 30)
    assert rows_kept(desk) == 200
    assert desk.bells.published == []


def test_accepted_jobs_count_at_once_and_not_only_at_the_next_look(desk: Desk) -> None:
    queue(desk, 198)

    answers = [desk.book(TWO_PM_TUESDAY + timedelta(hours=number)).result for number in range(4)]

    assert answers == [Result.CONFIRMING] * 2 + [Result.RATE_LIMITED] * 2


def test_a_flood_of_another_organization_refuses_nobody_else(desk: Desk) -> None:
    queue(desk, 300, org_id=OTHER_ORG, since=NOW - timedelta(minutes=5))

    assert desk.booked().result is Result.BOOKED


@pytest.mark.parametrize(("org_id", "number"), [(ORG, 1), (ORG, 60), (OTHER_ORG, 1)])
def test_when_a_due_job_waits_too_long_for_a_worker_new_ones_are_refused(desk: Desk, org_id: str, number: int) -> None:
    queue(desk, number, org_id=org_id, since=NOW - timedelta(seconds=31))

    answer = desk.book()

    assert (answer.result, answer.retry_after) == (Result.OVERLOADED, 15)
    assert rows_kept(desk) == number
    assert desk.ask(Action.SUGGEST).result is Result.NO_OPENINGS


@pytest.mark.parametrize("action", [Action.BOOK, Action.SUGGEST])
def test_whose_time_went_by_before_it_was_looked_at_is_refused(desk: Desk, action: Action) -> None:
    ask = desk.book if action is Action.BOOK else partial(desk.ask, action)

    answer = ask(wait=8, spent=8.0)

    assert answer.result is Result.OVERLOADED
    assert rows_kept(desk) == 0


def test_whose_answer_nobody_awaits_is_taken_however_long_it_lay(desk: Desk) -> None:
    assert desk.book(wait=0, spent=30.0).result is Result.CONFIRMING


@pytest.mark.parametrize(("ended", "expected"), [(36, Result.CONFIRMING), (35, Result.OVERLOADED)])
def test_a_queue_that_is_worked_off_soon_enough_is_no_reason_to_refuse(
    desk: Desk, ended: int, expected: Result
) -> None:
    for job in queue(desk, ended, since=NOW - timedelta(minutes=2)):
        desk.execute(job.id)  # they end at once: nobody knows their agent
    desk.later(59)
    queue(desk, 60, since=desk.now - timedelta(seconds=40))

    assert desk.book().result is expected


def test_the_rest_of_a_busy_queue_is_no_reason_to_refuse_others(desk: Desk) -> None:
    for job in queue(desk, 25, org_id=OTHER_ORG, since=NOW - timedelta(minutes=2)):
        desk.execute(job.id)
    queue(desk, 1, org_id=OTHER_ORG, since=NOW - timedelta(seconds=40))
    assert desk.book().result is Result.CONFIRMING

    desk.later(61)

    assert desk.book(TWO_PM_TUESDAY + timedelta(hours=1)).result is Result.OVERLOADED


def test_a_wait_of_half_a_minute_is_borne(desk: Desk) -> None:
    queue(desk, 1, since=NOW - timedelta(seconds=30))

    assert desk.book().result is Result.CONFIRMING


def test_the_same_request_again_finds_its_job_however_busy_it_is(desk: Desk) -> None:
    first = desk.book()
    queue(desk, 250)
    desk.later(40)

    assert desk.book(TWO_PM_TUESDAY + timedelta(hours=1)).result is Result.RATE_LIMITED
    assert desk.book().job_id == first.job_id


def test_when_the_queue_is_short_again_requests_are_taken_again(desk: Desk) -> None:
    old = queue(desk, 1, since=NOW - timedelta(minutes=1))
    assert desk.book().result is Result.OVERLOADED
    desk.execute(old[0].id)

    desk.later(1)

    assert desk.book().result is Result.CONFIRMING


def test_beyond_its_share_of_messages_a_job_waits_for_the_scheduler(desk: Desk) -> None:
    queue(desk, 24)

    answer = desk.book()

    assert answer.result is Result.CONFIRMING
    assert desk.bells.published == []
    assert desk.job(answer.job_id).published_at is None


def test_organizations_take_turns_and_none_has_more_than_its_share_in_the_broker(desk: Desk) -> None:
    flood = [job.id for job in queue(desk, 120, org_id="flood", since=NOW - timedelta(seconds=9))]
    quiet = [job.id for job in queue(desk, 2, org_id="quiet")]

    desk.rescue_jobs()

    assert max(desk.bells.published.index(job_id) for job_id in quiet) <= 3
    assert len(set(desk.bells.published) & set(flood)) == 24
    desk.rescue_jobs()
    assert len(desk.bells.published) == 26


def test_as_jobs_are_taken_the_next_ones_follow(desk: Desk) -> None:
    queue(desk, 40, org_id="flood")
    desk.rescue_jobs()
    desk.work()  # they end at once: nobody knows their agent

    desk.rescue_jobs()

    assert len(desk.bells.published) == 16


def test_messages_that_nobody_answers_are_repeated_ever_more_rarely(desk: Desk) -> None:
    queue(desk, 1)
    told: list[int] = []
    for second in range(300):
        if desk.rescue_jobs():
            told.append(second)
        desk.later(1)

    assert told == [0, 11, 23, 47, 95, 156, 217, 278]


def test_live_jobs_and_old_ones_stand_in_different_queues(desk: Desk) -> None:
    old = queue(desk, 1, since=NOW - timedelta(seconds=61))
    live = queue(desk, 1, since=NOW - timedelta(seconds=60))

    desk.rescue_jobs()

    assert sorted(desk.bells.published) == sorted(job.id for job in old + live)
    assert desk.bells.in_background == [old[0].id]


def test_taking_turns_goes_round_until_all_are_empty() -> None:
    def due(*ids: str) -> list[DueJob]:
        return [DueJob(id=job_id, created_at=NOW, due_since=NOW, published_at=None) for job_id in ids]

    queues = [due("a1", "a2", "a3"), [], due("b1"), due("c1", "c2")]
    assert [job.id for job in in_turn(queues)] == [
        "a1",
        "b1",
        "c1",
        "a2",
        "c2",
        "a3",
    ]
