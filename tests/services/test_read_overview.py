"""The overview shows all that ended, counted or not, and names what needs a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from app.domain.answers import Final, Result
from app.domain.jobs import Job, Status
from app.domain.processes import Kind, Living, Sign
from app.domain.slot_use import SlotUse
from app.domain.tallies import Fate, Measure, Span
from app.domain.traffic import Standing
from app.domain.webhooks import DisabledReason, EndpointStatus
from app.services.find_concerns import Concern, Matter
from app.services.read_flow import DAY, DAYS, HOUR, MOST_UNCOUNTED, WINDOWS, Window
from app.services.read_overview import Overview, ReadOverview
from app.services.read_present import Surroundings
from app.services.tally_jobs import TallyJobs
from app.storage.database import Database
from tests.bench.ended_jobs import fill
from tests.storage import callback_rows, rows, webhook_rows
from tests.storage.rows import SECOND
from tests.support.sqlite import migrated

NOW = rows.NOW.replace(hour=12, minute=31, second=10)
MINUTE, ONE_HOUR, ONE_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUEUES = ("live", "webhooks")


@dataclass
class Around:
    """Signs of life, uses of the cache and traffic, as the test sets them."""

    living: list[Living] | None = field(default_factory=list)
    use: SlotUse | None = None
    standings: list[Standing] = field(default_factory=list)

    def show(self, sign: Sign) -> None: ...

    def take_back(self, sign: Sign) -> None: ...

    def all(self) -> list[Living] | None:
        return self.living

    def flush(self) -> None: ...

    def since(self, span: Span, moment: datetime) -> SlotUse | None:
        return self.use


class Lookout:
    """`look` is the overview as it is now; all is well around it."""

    def __init__(self, directory: Path) -> None:
        self.now = NOW
        self.url = f"sqlite:///{directory}/ringbook.db"
        migrated(self.url)
        self.database = Database(self.url, secret_keys=(Fernet.generate_key().decode(),))
        kinds = ((Kind.WEB, ()), (Kind.WORKER, ("live",)), (Kind.WEBHOOKS, ("webhooks",)), (Kind.SCHEDULER, ()))
        self.around = Around(living=[sign_of(kind, *queues) for kind, queues in kinds])
        self.read = ReadOverview(
            read_unit=self.database.reading_unit,
            surroundings=Surroundings(read_traffic=lambda: self.around.standings, signs=self.around),
            uses=self.around,
            queues=QUEUES,
            clock=lambda: self.now,
        )

    def look(self, window: Window = HOUR) -> Overview:
        return self.read(window)

    def concerns(self) -> list[Concern]:
        return self.look().concerns

    def count(self) -> None:
        units: dict[str, Any] = {"open_unit": self.database.unit, "read_unit": self.database.reading_unit}
        TallyJobs(**units, clock=lambda: self.now, owner="s_1")()

    def end(self, ago: timedelta, status: Status = Status.SUCCEEDED, result: Result = Result.BOOKED) -> Job:
        at = self.now - ago
        added = rows.added(self.database, created_at=at - 2 * SECOND, next_attempt_at=at - 2 * SECOND)
        job = rows.claimed(self.database, added, now=at - SECOND)
        if result is Result.OUTCOME_UNKNOWN:
            rows.submit(self.database, job, now=at)
        assert rows.finish(self.database, job, now=at, status=status, final=Final(result=result))
        return job


def sign_of(kind: Kind, *queues: str) -> Living:
    sign = Sign(kind=kind, host="host", pid=7, version="0.1.0", since=NOW, queues=tuple(queues))
    return Living(sign=sign, ago=1.0)


@pytest.fixture
def lookout(tmp_path: Path) -> Iterator[Lookout]:
    made = Lookout(tmp_path)
    yield made
    left_open = made.database.checked_out()
    made.database.dispose()
    assert left_open == 0


def ended(overview: Overview) -> int:
    return overview.flow.whole.by_fate().total()


@pytest.mark.parametrize(("window", "number"), [(HOUR, 2), (DAY, 3), (DAYS, 4)])
def test_a_window_holds_what_ended_in_it(lookout: Lookout, window: Window, number: int) -> None:
    for ago in (MINUTE, 50 * MINUTE, 20 * ONE_HOUR, 2 * ONE_DAY, 8 * ONE_DAY):
        lookout.end(ago)
    assert ended(lookout.look(window)) == number
    lookout.count()
    assert ended(lookout.look(window)) == number


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_what_ended_this_moment_is_shown_before_and_after_it_is_counted(lookout: Lookout, window: Window) -> None:
    lookout.end(40 * SECOND)
    lookout.count()
    lookout.end(SECOND)
    lookout.end(-55 * SECOND)  # by a clock that is ahead: the next slot would have begun
    for seconds in (0, 10, 60):
        lookout.now = NOW + seconds * SECOND
        lookout.count()
        assert ended(lookout.look(window)) == 3


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_the_slots_are_as_long_as_said_and_the_last_one_is_now(lookout: Lookout, window: Window) -> None:
    flow = lookout.look(window).flow
    begins = list(flow.slots)
    assert len(begins) == window.slots
    assert {after - before for before, after in pairwise(begins)} == {window.slot}
    assert begins[0] == flow.since
    assert begins[-1] <= NOW < begins[-1] + window.slot


def test_each_end_stands_in_its_slot(lookout: Lookout) -> None:
    lookout.end(MINUTE + 11 * SECOND)
    lookout.end(5 * MINUTE, Status.FAILED, Result.SLOT_TAKEN)
    found = {begin.minute: dict(tally.by_fate()) for begin, tally in lookout.look().flow.slots.items() if tally.counts}
    assert found == {26: {Fate.REFUSED: 1}, 28: {Fate.SUCCEEDED: 1}}


def test_times_are_read_from_what_was_counted(lookout: Lookout) -> None:
    lookout.end(MINUTE)
    lookout.count()
    seconds = lookout.look().flow.whole.percentile(Measure.END_TIME, 0.5)
    assert seconds == pytest.approx(2.0, rel=0.1)


def test_where_nobody_counts_the_overview_says_from_when_on_it_is_incomplete(lookout: Lookout) -> None:
    fill(lookout.url, MOST_UNCOUNTED + 200, now=NOW, over=2 * ONE_DAY)
    flow = lookout.look(DAYS).flow
    assert ended(lookout.look(DAYS)) == MOST_UNCOUNTED
    assert flow.missing_from is not None
    assert flow.since < flow.missing_from < NOW
    for _ in range(2):
        lookout.count()
    assert lookout.look(DAYS).flow.missing_from is None


def test_where_all_is_well_nobody_is_needed(lookout: Lookout) -> None:
    lookout.end(MINUTE)
    lookout.end(MINUTE, Status.FAILED, Result.SLOT_TAKEN)
    webhook_rows.endpoint(lookout.database)
    lookout.around.standings = [Standing(account_id="a", budget_left=100, breaker_is_open=False)]
    assert lookout.concerns() == []


def test_failures_are_named_by_code_the_most_frequent_first(lookout: Lookout) -> None:
    for result in (Result.UPSTREAM_DOWN, Result.INTERNAL, Result.INTERNAL, Result.OUTCOME_UNKNOWN):
        lookout.end(MINUTE, Status.FAILED, result)
    lookout.end(2 * ONE_DAY, Status.FAILED, Result.INTERNAL)
    assert lookout.concerns() == [
        Concern(matter=Matter.OUTCOME_UNKNOWN, number=1, about="outcome_unknown"),
        Concern(matter=Matter.FAILED, number=2, about="internal"),
        Concern(matter=Matter.FAILED, number=1, about="upstream_down"),
    ]


def test_callers_to_call_back_are_counted(lookout: Lookout) -> None:
    callback_rows.failed(lookout.database)
    assert lookout.concerns()[0] == Concern(matter=Matter.CALLERS, number=1)


def test_a_due_job_that_waits_for_over_half_a_minute_needs_workers(lookout: Lookout) -> None:
    rows.added(lookout.database, next_attempt_at=NOW - 30 * SECOND)
    assert lookout.concerns() == []
    lookout.now += SECOND
    assert lookout.concerns() == [Concern(matter=Matter.OVERDUE, number=31)]
    assert lookout.look().present.open_jobs == {Status.QUEUED: 1, Status.RUNNING: 0, Status.RETRYING: 0}


@pytest.mark.parametrize(
    ("missing", "concern"),
    [
        (Kind.WORKER, Concern(matter=Matter.UNSERVED, number=1, about="live")),
        (Kind.WEBHOOKS, Concern(matter=Matter.UNSERVED, number=1, about="webhooks")),
        (Kind.SCHEDULER, Concern(matter=Matter.NO_SCHEDULER, number=1)),
    ],
)
def test_a_process_that_is_missing_is_named_by_what_waits(lookout: Lookout, missing: Kind, concern: Concern) -> None:
    lookout.around.living = [each for each in lookout.around.living or [] if each.sign.kind is not missing]
    assert lookout.concerns() == [concern]


def test_without_redis_it_is_said_that_redis_is_away_and_nothing_else_is_guessed(lookout: Lookout) -> None:
    lookout.around.living = None
    overview = lookout.look()
    assert overview.concerns == [Concern(matter=Matter.REDIS_AWAY, number=1)]
    assert (overview.present.living, overview.slot_use, overview.present.accounts) == (None, None, [])


def test_accounts_left_alone_come_first_and_then_those_with_little_left(lookout: Lookout) -> None:
    lookout.around.standings = [
        Standing(account_id=f"account-{left}", budget_left=left, breaker_is_open=left == 70) for left in range(60, 80)
    ]
    present = lookout.look().present
    assert [each.standing.budget_left for each in present.accounts] == [70, 60, 61, 62, 63, 64, 65, 66]
    assert (present.accounts_used, present.accounts_left_alone) == (20, 1)
    assert lookout.concerns() == [Concern(matter=Matter.LEFT_ALONE, number=1)]


def test_endpoints_that_take_nothing_are_counted(lookout: Lookout) -> None:
    off = {"status": EndpointStatus.DISABLED, "disabled_at": NOW}
    webhook_rows.endpoint(lookout.database, disabled_reason=DisabledReason.GONE, **off)
    webhook_rows.endpoint(lookout.database, disabled_reason=DisabledReason.BY_OWNER, **off)
    webhook_rows.endpoint(lookout.database, failures=7, failing_since=NOW - 5 * MINUTE)
    webhook_rows.endpoint(lookout.database, failures=1, failing_since=NOW - MINUTE)
    assert lookout.concerns() == [
        Concern(matter=Matter.ENDPOINTS_DISABLED, number=1),
        Concern(matter=Matter.ENDPOINTS_FAILING, number=1),
    ]


def test_how_the_cache_was_used_is_passed_on(lookout: Lookout) -> None:
    lookout.around.use = SlotUse(hits=3, misses=1)
    assert lookout.look().slot_use == lookout.around.use
