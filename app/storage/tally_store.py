"""Tallies of jobs that ended, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update

from app.domain.tallies import Ended, Kept, Span, Tally
from app.storage import ended_jobs
from app.storage.dialects import insert_into, rows_changed
from app.storage.tally_tables import tallies, watermarks

OF_JOBS = "tallied_jobs"


class SqlTallyStore:
    """Who adds has moved the watermark in the same unit before: on both databases that keeps every other one out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def watermark(self) -> datetime | None:
        return self._connection.scalar(select(watermarks.c.at).where(watermarks.c.name == OF_JOBS))

    def advance(self, before: datetime | None, to: datetime) -> bool:
        if before is None:
            first = insert_into(self._connection, watermarks).values(name=OF_JOBS, at=to)
            inserted = self._connection.execute(first.on_conflict_do_nothing().returning(watermarks.c.name))
            return inserted.one_or_none() is not None
        where_thought = watermarks.c.name == OF_JOBS, watermarks.c.at == before
        return rows_changed(self._connection.execute(update(watermarks).where(*where_thought).values(at=to))) > 0

    def ended(self, *, since: datetime, until: datetime, limit: int) -> Ended:
        return ended_jobs.ended(self._connection, since=since, until=until, limit=limit)

    def add(self, span: Span, found: Mapping[datetime, Tally]) -> None:
        for begins_at, tally in found.items():
            mine = tallies.c.span == span, tallies.c.begins_at == begins_at
            kept = Tally(self._connection.scalar(select(tallies.c.counts).where(*mine)) or {})
            kept.add(tally)
            new = insert_into(self._connection, tallies).values(span=span, begins_at=begins_at, counts=kept.counts)
            anew = {"counts": new.excluded.counts}
            self._connection.execute(
                new.on_conflict_do_update(index_elements=[tallies.c.span, tallies.c.begins_at], set_=anew)
            )

    def read(self, span: Span, *, since: datetime) -> Kept:
        """One statement: with two, somebody could count in between."""
        recent = and_(tallies.c.span == span, tallies.c.begins_at >= since)
        wanted = (
            select(watermarks.c.at, tallies.c.begins_at, tallies.c.counts)
            .select_from(watermarks.outerjoin(tallies, recent))
            .where(watermarks.c.name == OF_JOBS)
        )
        rows = self._connection.execute(wanted).all()
        found = {begins_at: Tally(counts) for _, begins_at, counts in rows if begins_at is not None}
        return Kept(tallies=found, until=rows[0].at if rows else None)

    def prune(self, span: Span, *, before: datetime) -> int:
        old = delete(tallies).where(tallies.c.span == span, tallies.c.begins_at < before)
        return rows_changed(self._connection.execute(old))
