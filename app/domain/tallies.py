"""What is counted of jobs that ended, by minute and by hour, so that no page has to read the jobs themselves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.domain.answers import Result
from app.domain.jobs import Status

BEHIND = timedelta(seconds=15)
"""So far behind now jobs are counted: an end that is noted with the time of its beginning may be committed later."""

LOOKED_BACK = timedelta(days=4)
"""How far back counting begins where nothing was counted yet."""


class Span(StrEnum):
    """The length of time that one tally is for."""

    MINUTE = "minute"
    HOUR = "hour"
    EVER = "ever"  # since counting began


KEPT = {Span.MINUTE: timedelta(hours=2), Span.HOUR: timedelta(days=4)}
LENGTHS = {Span.MINUTE: timedelta(minutes=1), Span.HOUR: timedelta(hours=1)}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Measure(StrEnum):
    """What is counted; in brackets: by which names."""

    ENDED = "ended"  # jobs (status/result)
    ACTION = "action"  # jobs (action/status)
    END_TIME = "end_time"  # jobs (bucket of the time from their acceptance to their end), without discarded ones
    CALCOM_TIME = "calcom_time"  # requests that change something (bucket of the time until their outcome was settled)


THE_CALLERS_MATTER = frozenset(
    {
        Result.SLOT_TAKEN,
        Result.SLOT_NOT_OFFERED,
        Result.SLOT_PAST,
        Result.LIMIT_REACHED,
        Result.INVALID,
        Result.TIME_SKIPPED,
        Result.TIME_PAST,
        Result.EMAIL_NEEDED,
        Result.PHONE_NEEDED,
        Result.UNKNOWN_APPOINTMENT,
        Result.ALREADY_CANCELLED,
        Result.ALREADY_OVER,
        Result.NOT_CANCELLABLE,
        Result.PERSON_LIMIT,
        Result.KEY_REUSED,
    }
)
"""A job that failed so was answered in full: another time, or another request, is the caller's choice. Whatever else a
job fails with is for somebody else to mend."""


class Fate(StrEnum):
    """How jobs ended, as coarse as a chart shows it."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"  # failed, and it is the caller's matter
    WENT_WRONG = "went_wrong"  # failed otherwise
    DISCARDED = "discarded"


def fate_of(status: str, result: str) -> Fate:
    if status != Status.FAILED:
        return Fate(status)
    return Fate.REFUSED if result in THE_CALLERS_MATTER else Fate.WENT_WRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedJob:
    """What is counted of a job: how it ended and when, and the seconds that each of its writes took."""

    finished_at: datetime
    created_at: datetime
    action: str
    status: str
    result: str
    write_seconds: tuple[float, ...] = ()


@dataclass(slots=True)
class Tally:
    """Numbers by measure and name. Plain dictionaries: a page adds up thousands of them."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def of(self, measure: Measure) -> Mapping[str, int]:
        return self.counts.get(measure.value, {})

    def count(self, job: EndedJob) -> None:
        self._count(Measure.ENDED, f"{job.status}/{job.result}")
        self._count(Measure.ACTION, f"{job.action}/{job.status}")
        if job.status != Status.DISCARDED:
            self._count(Measure.END_TIME, bucket_of((job.finished_at - job.created_at).total_seconds()))
        for seconds in job.write_seconds:
            self._count(Measure.CALCOM_TIME, bucket_of(seconds))

    def add(self, other: Tally) -> None:
        for measure, numbers in other.counts.items():
            mine = self.counts.setdefault(measure, {})
            for name, number in numbers.items():
                mine[name] = mine.get(name, 0) + number

    def by_fate(self) -> Counter[Fate]:
        found: Counter[Fate] = Counter()
        for name, number in self.of(Measure.ENDED).items():
            found[fate_of(*name.split("/"))] += number
        return found

    def percentile(self, measure: Measure, part: float) -> float | None:
        """Of the times counted, in seconds; None where there are none."""
        return percentile(self.of(measure), part)

    def _count(self, measure: Measure, name: str) -> None:
        mine = self.counts.setdefault(measure.value, {})
        mine[name] = mine.get(name, 0) + 1


BUCKETS_PER_DOUBLING = 4
"""Each bucket's upper bound is 2**(1/4) times the one below it, the first one's is a millisecond."""

LAST_BUCKET = 126  # a month
WORST_ERROR = 2 ** (1 / BUCKETS_PER_DOUBLING / 2) - 1
"""A percentile read from the buckets is off by 9.1 % at most, for times from a millisecond to a month: the middle of a
bucket stands for all in it."""


def bucket_of(seconds: float) -> str:
    """The name of the bucket."""
    milliseconds = seconds * 1000
    if milliseconds <= 1:
        return "0"
    return str(min(math.ceil(BUCKETS_PER_DOUBLING * math.log2(milliseconds)), LAST_BUCKET))


def percentile(numbers: Mapping[str, int], part: float) -> float | None:
    """The time that `part` (0 to 1) of those counted took at most, in seconds."""
    wanted = math.ceil(part * sum(numbers.values()))
    passed = 0
    for bucket in sorted(map(int, numbers)):
        passed += numbers[str(bucket)]
        if passed >= wanted:
            return float(2 ** ((bucket - 0.5) / BUCKETS_PER_DOUBLING)) / 1000
    return None


def floor_to(length: timedelta, moment: datetime) -> datetime:
    return moment - (moment - EPOCH) % length


def tallied(jobs: Iterable[EndedJob], length: timedelta) -> dict[datetime, Tally]:
    """A tally for each stretch of that length in which a job ended, by its begin."""
    found: dict[datetime, Tally] = {}
    for job in jobs:
        found.setdefault(floor_to(length, job.finished_at), Tally()).count(job)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Jobs that ended in [since, until), all of them."""

    jobs: tuple[EndedJob, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Tallies by their begin, and the watermark up to which they hold everything (None: nothing was counted yet)."""

    tallies: Mapping[datetime, Tally]
    until: datetime | None


class TallyStore(Protocol):
    """Tallies and their watermark."""

    def watermark(self) -> datetime | None:
        """Jobs that ended before are counted, or were there before counting began. None: nothing was counted yet."""
        ...

    def advance(self, before: datetime | None, to: datetime) -> bool:
        """Move the watermark; False where it is not where it was thought to be: somebody else has counted."""
        ...

    def ended(self, *, since: datetime, until: datetime, limit: int) -> Ended:
        """The first `limit` jobs or so that ended then. Its `until` is earlier where there were more.

        A job that was requeued counts each time it ends, with the writes it made since.
        """
        ...

    def add(self, span: Span, tallies: Mapping[datetime, Tally]) -> None:
        """Add to what is kept of these stretches."""
        ...

    def read(self, span: Span, *, since: datetime) -> Kept:
        """Those that begin from then on, and the watermark of the same moment."""
        ...

    def prune(self, span: Span, *, before: datetime) -> int:
        """Delete those that began before; returns how many."""
        ...
