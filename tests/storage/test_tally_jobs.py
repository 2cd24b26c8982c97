"""The scheduler counts each end of a job once, whatever happens in between, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Final, Result
from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Status
from app.domain.stores import UnitOfWork
from app.domain.tallies import BEHIND, EPOCH, Measure, Span
from app.services.count_ended import CountEnded
from app.services.rescue_jobs import LEADER, LEADER_LEASE
from app.services.tally_jobs import ROUNDS, TallyJobs
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW, SECOND, at_once

HOUR = timedelta(hours=1)


def tallying(database: Database, now: datetime, **changes: Any) -> TallyJobs:
    usual: dict[str, Any] = {"open_unit": database.unit, "owner": "s_1"}
    return TallyJobs(**usual | changes, read_unit=database.reading_unit, clock=lambda: now)


def end(database: Database, moment: datetime, number: int = 1) -> None:
    for _ in range(number):
        assert rows.finish(database, rows.claimed(database, rows.added(database)), now=moment)


def counted(database: Database, span: Span = Span.EVER) -> int:
    with database.reading_unit() as unit:
        kept = unit.tallies.read(span, since=EPOCH)
    return sum(sum(tally.of(Measure.ENDED).values()) for tally in kept.tallies.values())


class Dying:
    """A unit of work that is never committed."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def __enter__(self) -> Dying:
        self._unit.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._unit.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def commit(self) -> None:
        raise StoreUnavailableError("gone")


def test_each_job_counts_once_in_every_span(database: Database) -> None:
    end(database, NOW, 3)
    for seconds in (16, 21, 26):
        tallying(database, NOW + seconds * SECOND)()
    assert {span: counted(database, span) for span in Span} == dict.fromkeys(Span, 3)


def test_what_ended_just_now_waits_for_ends_that_are_committed_late(database: Database) -> None:
    end(database, NOW)
    tallying(database, NOW + BEHIND)()
    assert counted(database) == 0
    end(database, NOW)
    tallying(database, NOW + BEHIND + SECOND)()
    assert counted(database) == 2


def test_a_crash_before_the_commit_counts_nothing_and_the_next_round_all(database: Database) -> None:
    end(database, NOW, 2)

    with pytest.raises(StoreUnavailableError):
        tallying(database, NOW + 20 * SECOND, open_unit=lambda: Dying(database.unit()))()
    assert counted(database) == 0
    tallying(database, NOW + 20 * SECOND)()
    assert counted(database) == 2


def test_two_that_count_at_once_count_once(database: Database) -> None:
    end(database, NOW, 5)
    at_once(4, lambda number: tallying(database, NOW + 20 * SECOND, owner="s_1")())
    assert counted(database) == 5


def test_who_does_not_lead_counts_nothing(database: Database) -> None:
    end(database, NOW)
    later = NOW + 20 * SECOND
    with database.unit() as unit:
        assert unit.leases.acquire(LEADER, owner="another", now=later, until=later + LEADER_LEASE)
        unit.commit()
    tallying(database, later)()
    assert counted(database) == 0
    tallying(database, later + LEADER_LEASE)()
    assert counted(database) == 1


def test_a_backlog_is_counted_in_parts(database: Database) -> None:
    for second in range(ROUNDS + 2):
        end(database, NOW + second * SECOND)
    tallying(database, NOW + HOUR, batch=1)()
    assert counted(database) == ROUNDS
    tallying(database, NOW + HOUR, batch=1)()
    assert counted(database) == ROUNDS + 2


def test_more_than_a_part_that_ended_at_one_and_the_same_time_hold_nothing_up(database: Database) -> None:
    end(database, NOW)
    tallying(database, NOW + 20 * SECOND)()
    end(database, NOW + HOUR, 3)
    end(database, NOW + 2 * HOUR)
    tallying(database, NOW + 3 * HOUR, batch=2)()
    assert counted(database) == 5


def test_counting_begins_four_days_back_and_minutes_are_kept_for_two_hours(database: Database) -> None:
    end(database, NOW - timedelta(days=5))
    end(database, NOW - timedelta(days=3))
    end(database, NOW)
    tallying(database, NOW + 20 * SECOND)()
    assert (counted(database), counted(database, Span.HOUR), counted(database, Span.MINUTE)) == (2, 2, 1)


def test_what_is_old_goes_when_something_new_comes(database: Database) -> None:
    end(database, NOW)
    tallying(database, NOW + 20 * SECOND)()
    later = NOW + timedelta(days=9)
    end(database, later)
    tallying(database, later + 20 * SECOND)()
    assert (counted(database), counted(database, Span.HOUR), counted(database, Span.MINUTE)) == (2, 1, 1)


def test_where_nothing_ended_nothing_is_written(database: Database) -> None:
    def refuse() -> UnitOfWork:
        raise AssertionError("nothing is to be written")

    tallying(database, NOW, open_unit=refuse)()


def test_the_sum_of_all_is_told_by_status_and_result(database: Database) -> None:
    count_ended = CountEnded(read_unit=database.reading_unit)
    assert count_ended() == {}
    end(database, NOW, 2)
    taken = Final(result=Result.SLOT_TAKEN)
    rows.finish(database, rows.claimed(database, rows.added(database)), status=Status.FAILED, final=taken)
    tallying(database, NOW + 20 * SECOND)()
    assert count_ended() == {("succeeded", "booked"): 2, ("failed", "slot_taken"): 1}
