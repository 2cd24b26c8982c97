"""One looks after all who wait: a lost ring is found, and where many have the same time none is told too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

import pytest

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job, Status
from app.domain.outcomes import RetryLater
from app.services.outcome_watch import EACH_TAKES, LOOK_EVERY, MOST_EARLY, ROUND_EVERY, SOON, OutcomeWatch, Waiter
from tests.services.desk import Desk
from tests.services.rounds import RoundsByHand
from tests.services.waiters import CountedUnits, accepted, untold

LONG = timedelta(seconds=20)


class Crowd:
    """Waiters of a watch, and who was called."""

    def __init__(self, desk: Desk, watch: OutcomeWatch) -> None:
        self._desk = desk
        self._watch = watch
        self.called: list[Waiter] = []
        self.waiting = dict[Waiter, ExitStack]()

    def come(self, job: Job, *, within: timedelta = LONG, is_told: bool = True) -> Waiter:
        stack = ExitStack()
        watching = self._watch.watching(
            job, self._desk.now + within, lambda: self.called.append(waiter), is_told=is_told
        )
        waiter = stack.enter_context(watching)
        self.waiting[waiter] = stack
        return waiter

    def leave(self, waiter: Waiter) -> None:
        self.waiting.pop(waiter).close()

    def rounds(self, *, within: timedelta, at_a_time: int = 1000) -> list[timedelta]:
        """When each was called, in order; so many are answered at most between two rounds."""
        began, before, times = self._desk.now, len(self.called), list[timedelta]()
        while self._desk.now - began <= within:
            self._watch.round()
            times += [self._desk.now - began] * (len(self.called) - before - len(times))
            for waiter in [waiter for waiter in self.called if waiter in self.waiting][:at_a_time]:
                self.leave(waiter)
            self._desk.later(ROUND_EVERY.total_seconds())
        return times


@pytest.fixture
def units(desk: Desk) -> CountedUnits:
    return CountedUnits(desk)


@pytest.fixture
def watch(desk: Desk, units: CountedUnits) -> OutcomeWatch:
    return RoundsByHand(read_unit=units, note=desk.manage.note_told.all_pending, clock=desk.clock)


@pytest.fixture
def crowd(desk: Desk, watch: OutcomeWatch) -> Crowd:
    return Crowd(desk, watch)


def test_one_look_serves_all_who_wait(desk: Desk, watch: OutcomeWatch, units: CountedUnits, crowd: Crowd) -> None:
    for job in accepted(desk, 5):
        crowd.come(job)
    watch.round()
    watch.round()
    assert (units.opened, crowd.called) == (1, [])


def test_an_outcome_whose_ring_was_lost_is_found_at_the_next_look(
    desk: Desk, watch: OutcomeWatch, crowd: Crowd
) -> None:
    waiter = crowd.come(*accepted(desk, 1))
    watch.round()
    desk.work()
    watch.round()
    assert crowd.called == []
    desk.later(LOOK_EVERY.total_seconds())
    watch.round()
    assert crowd.called == [waiter]


def test_how_a_job_stood_at_the_last_look_is_known(desk: Desk, watch: OutcomeWatch, crowd: Crowd) -> None:
    waiter = crowd.come(*accepted(desk, 1))
    desk.calendar.script = [RetryLater(wait=60.0)]
    desk.work()
    watch.round()
    assert (waiter.job.status, crowd.called) == (Status.RETRYING, [])


def test_who_has_gone_is_not_looked_at(desk: Desk, watch: OutcomeWatch, crowd: Crowd) -> None:
    one, other = (crowd.come(job) for job in accepted(desk, 2))
    crowd.leave(other)
    desk.work()
    watch.round()
    assert crowd.called == [one]


def test_a_look_that_fails_is_made_again_when_the_next_is_due(
    desk: Desk, watch: OutcomeWatch, units: CountedUnits, crowd: Crowd
) -> None:
    waiter = crowd.come(*accepted(desk, 1))
    desk.work()
    units.are_away = True
    watch.round()
    units.are_away = False
    watch.round()
    assert crowd.called == []
    desk.later(LOOK_EVERY.total_seconds())
    watch.round()
    assert crowd.called == [waiter]


def test_where_nothing_can_be_noted_those_are_called_for_whom_nothing_is(desk: Desk, units: CountedUnits) -> None:
    def away(jobs: Sequence[Job]) -> Sequence[Job]:
        raise StoreUnavailableError("away")

    units.are_away = True
    (job,) = accepted(desk, 1)
    crowd = Crowd(desk, RoundsByHand(read_unit=units, note=away, clock=desk.clock))
    crowd.come(job)
    asks_again = crowd.come(job, is_told=False)
    crowd.rounds(within=LONG)
    assert crowd.called == [asks_again]


def test_who_is_told_that_it_is_not_over_is_called_when_that_is_noted(desk: Desk, crowd: Crowd) -> None:
    job = untold(desk)
    waiter = crowd.come(job)
    assert crowd.rounds(within=LONG) == [LONG - ROUND_EVERY]
    assert waiter.job.told_pending_at is not None
    assert desk.job(job.id).told_pending_at == waiter.job.told_pending_at


@pytest.mark.parametrize("is_known_to_the_caller", [True, False])
def test_a_job_that_ends_just_before_that_is_noted_is_known_as_it_ended(
    desk: Desk, watch: OutcomeWatch, crowd: Crowd, *, is_known_to_the_caller: bool
) -> None:
    job = accepted(desk, 1)[0] if is_known_to_the_caller else untold(desk)
    waiter = crowd.come(job, within=LOOK_EVERY / 2)
    watch.round()
    desk.work()
    desk.later(LOOK_EVERY.total_seconds() / 2)
    watch.round()
    assert (crowd.called, waiter.job.status) == ([waiter], Status.SUCCEEDED)


def test_who_only_asks_again_is_called_in_time_and_nothing_is_noted(desk: Desk, crowd: Crowd) -> None:
    job = untold(desk)
    crowd.come(job, is_told=False)
    assert crowd.rounds(within=LONG) == [LONG - ROUND_EVERY]
    assert desk.job(job.id).told_pending_at is None


def test_of_many_whose_time_ends_at_one_moment_some_are_called_before(desk: Desk, crowd: Crowd) -> None:
    (job,) = accepted(desk, 1)
    for _ in range(100):
        crowd.come(job)
    a_round = ROUND_EVERY // EACH_TAKES
    times = crowd.rounds(within=LONG, at_a_time=a_round)
    assert len(times) == 100
    assert LONG - 100 * EACH_TAKES - 2 * ROUND_EVERY <= times[0] <= LONG - 100 * EACH_TAKES
    assert all(time + EACH_TAKES * (100 - number) <= LONG for number, time in enumerate(times))


def test_nothing_is_learned_from_those_who_come_one_by_one(desk: Desk, crowd: Crowd) -> None:
    """It is forgotten how long it took once; that it takes next to nothing is not believed."""
    (job,), short = accepted(desk, 1), 4 * ROUND_EVERY

    def come(callers: int, *, at_a_time: int, within: timedelta) -> timedelta:
        for _ in range(callers):
            crowd.come(job, within=within)
        return crowd.rounds(within=2 * within, at_a_time=at_a_time)[0]

    for slowest, singles in ((0, 20), (200, 60)):
        come(slowest or 1, at_a_time=4, within=LONG)
        for _ in range(singles):
            come(1, at_a_time=1, within=short)
        began = come(100, at_a_time=7, within=LONG)
        assert LONG - 100 * EACH_TAKES - ROUND_EVERY <= began <= LONG - 100 * EACH_TAKES


def test_where_answers_take_longer_the_first_are_called_sooner_the_next_time(desk: Desk, crowd: Crowd) -> None:
    (job,) = accepted(desk, 1)
    began = []
    for _ in range(2):
        for _ in range(200):
            crowd.come(job)
        began.append(crowd.rounds(within=LONG + LONG / 4, at_a_time=4)[0])  # 12.5 ms each
    assert began[1] < began[0] - 50 * EACH_TAKES


def test_however_many_wait_most_of_the_time_is_kept(desk: Desk, crowd: Crowd) -> None:
    (job,) = accepted(desk, 1)
    short = timedelta(seconds=2)
    for _ in range(1000):
        crowd.come(job, within=short)
    times = crowd.rounds(within=short, at_a_time=7)
    assert len(times) == 1000
    assert times[0] >= short * (1 - MOST_EARLY) - ROUND_EVERY


def test_before_their_time_no_more_are_called_than_are_answered_soon(desk: Desk, crowd: Crowd) -> None:
    (job,) = accepted(desk, 1)
    for _ in range(1000):
        crowd.come(job, within=LONG / 4)
    times = crowd.rounds(within=LONG / 4, at_a_time=7)
    early = [time for time in times if time < LONG / 4 - 2 * ROUND_EVERY]
    assert 0 < max(Counter(early).values()) <= SOON // EACH_TAKES


def test_what_a_round_took_is_looked_ahead_the_next_time(desk: Desk, units: CountedUnits) -> None:
    def slowly(jobs: Sequence[Job]) -> Sequence[Job]:
        desk.later(0.5)
        return jobs

    watch = RoundsByHand(read_unit=units, note=slowly, clock=desk.clock)
    (job,), crowd = accepted(desk, 1), Crowd(desk, watch)
    for seconds in (0.0, 0.9):
        crowd.come(job, within=timedelta(seconds=seconds))
    watch.round()
    assert len(crowd.called) == 1
    watch.round()
    assert len(crowd.called) == 2
