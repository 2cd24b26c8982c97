"""A worker keeps the leases of what it runs for long, and says so when one is lost."""

from __future__ import annotations

from dataclasses import replace

from structlog.testing import capture_logs

from app.domain.answers import Result
from app.domain.jobs import LEASE, RENEW_EVERY
from app.domain.stores import UnitOfWork
from tests.services.desk import Desk


def test_a_slow_cal_com_does_not_cost_the_worker_its_lease(desk: Desk) -> None:
    kept: list[int] = []

    def slow() -> None:
        for _ in range(10):
            desk.later(RENEW_EVERY.total_seconds())
            kept.append(desk.keep_leases())

    desk.calendar.before_write = slow
    answer = desk.booked()

    assert kept == [1] * 10
    assert answer.result is Result.BOOKED
    assert desk.keep_leases() == 0


def test_a_lease_that_ran_out_is_not_taken_up_again(desk: Desk) -> None:
    kept: list[int] = []

    def frozen() -> None:
        desk.later(LEASE.total_seconds() + 1)
        kept.append(desk.keep_leases())

    desk.calendar.before_write = frozen
    desk.booked()

    assert kept == [0]


def test_a_job_that_has_only_begun_costs_no_write(desk: Desk) -> None:
    kept: list[int] = []
    desk.calendar.before_write = lambda: kept.append(desk.keep_leases())
    desk.booked()
    assert kept == [0]


def test_a_lease_that_was_lost_is_told(desk: Desk) -> None:
    def frozen() -> None:
        desk.later(LEASE.total_seconds() + 1)
        desk.keep_leases()

    desk.calendar.before_write = frozen
    with capture_logs() as logs:
        desk.booked()
    assert [line["event"] for line in logs].count("lease_lost") == 1


def test_a_job_that_ends_while_leases_are_renewed_has_lost_nothing(desk: Desk) -> None:
    job = desk.execute._claim(desk.book().job_id)
    assert job is not None
    desk.later(RENEW_EVERY.total_seconds())
    holding = desk.keep_leases.holding(job)
    opened = desk.keep_leases.open_unit

    def end_it_first() -> UnitOfWork:
        desk.execute._work(job)
        holding.__exit__(None, None, None)
        return opened()

    holding.__enter__()
    keep_leases = replace(desk.keep_leases, open_unit=end_it_first)
    with capture_logs() as logs:
        assert keep_leases() == 0
    assert "lease_lost" not in [line["event"] for line in logs]


def test_two_holdings_of_one_job_are_kept_apart(desk: Desk) -> None:
    answer = desk.book()
    first = desk.execute._claim(answer.job_id)
    desk.later(LEASE.total_seconds() + 1)
    second = desk.execute._claim(answer.job_id)
    assert first is not None
    assert second is not None
    desk.later(RENEW_EVERY.total_seconds())
    with desk.keep_leases.holding(second):
        with desk.keep_leases.holding(first):
            pass
        assert desk.keep_leases() == 1
