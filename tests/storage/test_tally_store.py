"""Jobs that ended are handed out once each, and tallies are kept by minute and hour, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.answers import Final, Result
from app.domain.jobs import Job, Status
from app.domain.tallies import Ended, Measure, Span, Tally, floor_to
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import DISCARDED, NOW, SECOND

MINUTE = timedelta(minutes=1)
LONG_AGO = NOW - timedelta(days=9)
TAKEN = Final(result=Result.SLOT_TAKEN)


def ended_at(database: Database, moment: datetime, *, sent: datetime | None = None) -> Job:
    """A booking that succeeded then; its write left at `sent`."""
    job = rows.claimed(database, rows.added(database, created_at=moment - MINUTE), now=NOW)
    if sent is not None:
        assert rows.submit(database, job, now=sent)
    assert rows.finish(database, job, now=moment)
    return job


def read(database: Database, since: datetime, until: datetime, *, limit: int = 100) -> Ended:
    with database.reading_unit() as unit:
        return unit.tallies.ended(since=since, until=until, limit=limit)


def keep(database: Database, span: Span, *begins: datetime) -> None:
    tally = Tally({Measure.ENDED.value: {"succeeded/booked": 2}})
    with database.unit() as unit:
        unit.tallies.add(span, dict.fromkeys(begins, tally))
        unit.commit()


def test_what_ended_is_told_with_how_and_how_long_its_writes_took(database: Database) -> None:
    ended_at(database, NOW, sent=NOW - 3 * SECOND)
    rows.added(database)
    (found,) = read(database, LONG_AGO, NOW + SECOND).jobs
    assert (found.action, found.status, found.result) == ("book", "succeeded", "booked")
    assert (found.finished_at, found.created_at) == (NOW, NOW - MINUTE)
    assert found.write_seconds == (3.0,)


def test_an_attempt_that_sent_nothing_took_no_time_at_cal_com(database: Database) -> None:
    ended_at(database, NOW)
    assert read(database, LONG_AGO, NOW + SECOND).jobs[0].write_seconds == ()


def test_the_begin_belongs_to_a_stretch_and_its_end_does_not(database: Database) -> None:
    ended_at(database, NOW)
    assert len(read(database, NOW, NOW + SECOND).jobs) == 1
    assert read(database, NOW - SECOND, NOW).jobs == ()


def test_many_are_told_in_parts_that_join_without_gap_or_overlap(database: Database) -> None:
    for second in (0, 1, 1, 1, 2, 5):
        ended_at(database, NOW + second * SECOND)
    seen: list[datetime] = []
    since, until = LONG_AGO, NOW + MINUTE
    while since < until:
        part = read(database, since, until, limit=2)
        seen += [job.finished_at for job in part.jobs]
        assert part.until > since
        since = part.until
    assert sorted(seen) == [NOW + second * SECOND for second in (0, 1, 1, 1, 2, 5)]


def test_a_job_that_was_requeued_ends_again_with_the_writes_it_made_since(database: Database) -> None:
    job = rows.claimed(database, rows.added(database))
    rows.submit(database, job, now=NOW)
    rows.finish(database, job, now=NOW + 9 * SECOND, status=Status.FAILED, final=TAKEN)
    assert [each.write_seconds for each in read(database, LONG_AGO, NOW + MINUTE).jobs] == [(9.0,)]
    rows.requeue(database, job, now=NOW + MINUTE)
    again = rows.claimed(database, job, now=NOW + MINUTE)
    rows.submit(database, again, now=NOW + MINUTE)
    rows.finish(database, again, now=NOW + MINUTE + SECOND)
    (found,) = read(database, LONG_AGO, NOW + 2 * MINUTE).jobs
    assert (found.status, found.write_seconds) == ("succeeded", (1.0,))


def test_a_discarded_job_says_so(database: Database) -> None:
    rows.discard(database, rows.added(database))
    (found,) = read(database, LONG_AGO, NOW + SECOND).jobs
    assert (found.status, found.result) == ("discarded", DISCARDED.result)


def test_the_watermark_is_moved_by_whoever_knows_where_it_stands(database: Database) -> None:
    def advance(before: datetime | None, to: datetime) -> bool:
        with database.unit() as unit:
            moved = unit.tallies.advance(before, to)
            unit.commit()
        return moved

    assert advance(None, NOW)
    assert not advance(None, NOW + SECOND)
    assert not advance(NOW - SECOND, NOW + SECOND)
    assert advance(NOW, NOW + SECOND)
    with database.reading_unit() as unit:
        assert unit.tallies.watermark() == NOW + SECOND


def test_tallies_of_a_stretch_add_up_and_are_read_with_their_watermark(database: Database) -> None:
    with database.unit() as unit:
        assert unit.tallies.advance(None, NOW)
        unit.commit()
    hour = floor_to(timedelta(hours=1), NOW)
    keep(database, Span.HOUR, hour - timedelta(hours=1), hour)
    keep(database, Span.HOUR, hour)
    keep(database, Span.MINUTE, hour)
    with database.reading_unit() as unit:
        kept = unit.tallies.read(Span.HOUR, since=hour)
    assert kept.until == NOW
    assert {begin: tally.of(Measure.ENDED) for begin, tally in kept.tallies.items()} == {hour: {"succeeded/booked": 4}}


def test_before_anything_was_counted_there_is_nothing(database: Database) -> None:
    with database.reading_unit() as unit:
        kept = unit.tallies.read(Span.MINUTE, since=LONG_AGO)
    assert (dict(kept.tallies), kept.until) == ({}, None)


def test_old_tallies_of_one_span_are_deleted(database: Database) -> None:
    keep(database, Span.MINUTE, NOW - MINUTE, NOW)
    keep(database, Span.HOUR, NOW - MINUTE)
    with database.unit() as unit:
        assert unit.tallies.prune(Span.MINUTE, before=NOW) == 1
        assert unit.tallies.prune(Span.MINUTE, before=NOW) == 0
        unit.commit()
