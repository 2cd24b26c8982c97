"""Who may try while the broker does not answer."""

from __future__ import annotations

from app.broker.outage import Outage


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_all_may_try_while_nothing_failed() -> None:
    outage = Outage(pause=1.0, monotonic=Time())

    assert [outage.admits(), outage.admits()] == [True, True]
    assert outage.is_on is False


def test_nobody_may_try_just_after_a_failure() -> None:
    time = Time()
    outage = Outage(pause=1.0, monotonic=time)
    outage.began()
    time.now += 0.99

    assert outage.admits() is False


def test_one_may_try_each_second_until_one_succeeds() -> None:
    time = Time()
    outage = Outage(pause=1.0, monotonic=time)
    outage.began()
    time.now += 1.0
    assert [outage.admits(), outage.admits()] == [True, False]
    time.now += 1.0  # that one never came back
    assert [outage.admits(), outage.admits()] == [True, False]

    outage.ended()

    assert [outage.admits(), outage.admits()] == [True, True]


def test_only_the_first_failure_and_the_first_success_are_news() -> None:
    outage = Outage(pause=1.0, monotonic=Time())

    assert [outage.began(), outage.began()] == [True, False]
    assert [outage.ended(), outage.ended()] == [True, False]
