"""What is counted of jobs, and how exact what is read from it can be."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import Result
from app.domain.tallies import (
    THE_CALLERS_MATTER,
    WORST_ERROR,
    EndedJob,
    Fate,
    Measure,
    Tally,
    bucket_of,
    fate_of,
    floor_to,
    percentile,
    tallied,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MONTH = 30 * 86_400.0
seconds = st.floats(min_value=0.001, max_value=MONTH)


def ended(status: str = "succeeded", result: str = "booked", *, after: float = 2.0, at: datetime = NOON) -> EndedJob:
    return EndedJob(
        finished_at=at,
        created_at=at - timedelta(seconds=after),
        action="book",
        status=status,
        result=result,
        write_seconds=(0.5, 0.25),
    )


def counted(*jobs: EndedJob) -> Tally:
    tally = Tally()
    for job in jobs:
        tally.count(job)
    return tally


@given(st.lists(seconds, min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_is_off_by_nine_percent_at_most(times: list[float], part: float) -> None:
    numbers: dict[str, int] = {}
    for each in times:
        numbers[bucket_of(each)] = numbers.get(bucket_of(each), 0) + 1
    exact = sorted(times)[math.ceil(part * len(times)) - 1]
    found = percentile(numbers, part)
    assert found is not None
    assert abs(found - exact) <= exact * WORST_ERROR * 1.0001
    assert WORST_ERROR < 0.1


@pytest.mark.parametrize("odd", [-3.0, 0.0, 0.0005])
def test_times_of_a_millisecond_and_less_are_one(odd: float) -> None:
    assert bucket_of(odd) == bucket_of(0.001)


def test_times_of_over_a_month_count_as_one() -> None:
    assert bucket_of(MONTH * 40) == bucket_of(MONTH * 2)


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert Tally().percentile(Measure.END_TIME, 0.5) is None


def test_a_job_counts_by_its_end_its_action_and_its_times() -> None:
    tally = counted(ended(), ended(), ended("failed", "slot_taken"), ended("discarded", "discarded", after=MONTH))
    assert tally.of(Measure.ENDED) == {"succeeded/booked": 2, "failed/slot_taken": 1, "discarded/discarded": 1}
    assert tally.of(Measure.ACTION) == {"book/succeeded": 2, "book/failed": 1, "book/discarded": 1}
    assert tally.of(Measure.CALCOM_TIME) == {bucket_of(0.5): 4, bucket_of(0.25): 4}


def test_how_long_a_job_stood_until_a_person_discarded_it_is_no_time_to_its_end() -> None:
    tally = counted(ended(after=2.0), ended("discarded", "discarded", after=MONTH))
    assert tally.of(Measure.END_TIME) == {bucket_of(2.0): 1}


def test_tallies_add_up() -> None:
    tally = counted(ended())
    tally.add(counted(ended(), ended("failed", "slot_taken")))
    assert tally.of(Measure.ENDED) == {"succeeded/booked": 2, "failed/slot_taken": 1}
    assert tally.by_fate() == {Fate.SUCCEEDED: 2, Fate.REFUSED: 1}


@pytest.mark.parametrize("result", sorted(Result))
def test_a_failure_is_somebodys_to_mend_unless_it_is_the_callers_matter(result: Result) -> None:
    assert fate_of("failed", result) is (Fate.REFUSED if result in THE_CALLERS_MATTER else Fate.WENT_WRONG)
    assert fate_of("succeeded", result) is Fate.SUCCEEDED
    assert fate_of("discarded", result) is Fate.DISCARDED


@pytest.mark.parametrize(
    "result", [Result.OUTCOME_UNKNOWN, Result.UPSTREAM_DOWN, Result.UPSTREAM_KEY, Result.INTERNAL, Result.NOT_CONNECTED]
)
def test_what_the_caller_can_do_nothing_about_went_wrong(result: Result) -> None:
    assert fate_of("failed", result) is Fate.WENT_WRONG


def test_jobs_are_tallied_by_the_stretch_they_ended_in() -> None:
    minute = timedelta(minutes=1)
    jobs = [ended(at=NOON), ended(at=NOON + 0.999 * minute), ended(at=NOON + minute)]
    assert {begin: tally.by_fate().total() for begin, tally in tallied(jobs, minute).items()} == {
        NOON: 2,
        NOON + minute: 1,
    }
    assert floor_to(timedelta(hours=3), NOON + timedelta(hours=2, minutes=59)) == NOON
