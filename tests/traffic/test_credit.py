"""Who is far from every limit passes without a look at Redis, and is counted there all the same."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from app.domain.limits import Counted, Limit, subject
from app.traffic.counting import PREFIX, RedisLimits
from app.traffic.credit import FAR, LEAST, QUIET, QUIET_TRUSTED_FOR, TRUSTED_FOR, Credit
from app.traffic.windows import Meter
from tests.support.valkey import ValkeyServer

MANY = Meter("many", 10_000, 60_000)
FEW = Meter("few", LEAST - 1, 60_000)
GUESSES = Meter("guesses", 600, 60_000)


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_nobody_passes_before_redis_was_asked() -> None:
    assert not Credit().covers([MANY], [])


def test_who_was_found_far_from_all_limits_passes_for_a_moment() -> None:
    hand = Hand()
    credit = Credit(monotonic=hand)
    credit.learn([MANY, GUESSES], [QUIET * MANY.most, 0])
    assert credit.covers([MANY], [GUESSES])
    hand.seconds += TRUSTED_FOR
    assert not credit.covers([MANY], [GUESSES])


def test_who_hardly_asks_passes_for_longer_but_not_for_more() -> None:
    hand = Hand()
    credit = Credit(monotonic=hand)
    credit.learn([MANY, GUESSES], [QUIET * MANY.most - 2, 0])
    hand.seconds += TRUSTED_FOR
    assert [credit.covers([MANY], [GUESSES]) for _ in range(3)] == [True, True, False]
    credit.learn([MANY], [1])
    hand.seconds += QUIET_TRUSTED_FOR - TRUSTED_FOR
    assert not credit.covers([MANY], [GUESSES])


def test_a_small_limit_is_counted_one_by_one() -> None:
    credit = Credit()
    credit.learn([FEW], [1])
    assert not credit.covers([FEW], [])


def test_who_comes_near_a_limit_is_looked_up() -> None:
    credit = Credit(monotonic=Hand())
    credit.learn([MANY], [FAR * MANY.most - 3])
    assert [credit.covers([MANY], []) for _ in range(5)] == [True, True, True, False, False]


def test_who_guesses_too_often_is_looked_up() -> None:
    credit = Credit()
    credit.learn([MANY, GUESSES], [1, FAR * GUESSES.most])
    assert not credit.covers([MANY], [GUESSES])


def test_what_passed_is_owed_once() -> None:
    credit = Credit()
    credit.learn([MANY], [1])
    passed = [credit.covers([MANY], []) for _ in range(3)]
    assert (passed, credit.owed([MANY]), credit.owed([MANY])) == ([True] * 3, [3], [0])


def test_what_is_owed_from_an_earlier_window_is_forgotten() -> None:
    hand = Hand()
    credit = Credit(monotonic=hand)
    credit.learn([MANY], [1])
    credit.covers([MANY], [])
    hand.seconds += 61
    assert credit.owed([MANY]) == [0]


def test_redis_has_counted_all_that_passed_after_the_next_look(valkey: ValkeyServer) -> None:
    table = {each: Limit(most=10_000, window=timedelta(hours=1)) for each in Counted}
    limits, who = RedisLimits(valkey.url, table, secret="s"), subject(Counted.ADDRESS, uuid4().hex)
    hand = Hand()
    limits._credit = Credit(monotonic=hand)
    for _ in range(50):
        assert limits.take([who]) == 0
    hand.seconds += QUIET_TRUSTED_FOR
    limits.take([who])
    (meter,) = limits._meters([who])
    with valkey.client() as client:
        assert client.hget(f"{PREFIX}:{meter.name}", "current") == "51"
    limits.close()
