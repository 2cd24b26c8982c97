"""The list of jobs at the desk: what a page costs depends on its length alone, not on how many jobs there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import Any

from sqlalchemy import Connection, FromClause, Select, func, select, true, union_all

from app.domain.job_search import COUNTED, JobPage, JobSearch, Part
from app.domain.jobs import Status
from app.domain.paging import Place
from app.storage import job_facts
from app.storage.job_facts import TO_APPOINTMENTS, Condition, given
from app.storage.listed_jobs import listed_jobs
from app.storage.places import stands_before, stands_behind
from app.storage.tables import appointment_uids, jobs

MOST_APPOINTMENTS = 200
"""Of one contact, the newest: whoever has more of them is a test, and could make a page as slow as they like."""


class SqlJobList:
    """A list is put together from one per state: the indexes hold each of those in its order.

    Final jobs are counted up to `counted`, and of one contact the newest `most_appointments` are looked at.
    """

    def __init__(
        self, connection: Connection, *, counted: int = COUNTED, most_appointments: int = MOST_APPOINTMENTS
    ) -> None:
        self._connection = connection
        self._counted = counted
        self._most_appointments = most_appointments

    def page(self, wanted: JobSearch, part: Part) -> JobPage:
        """Asks for one job more than are wanted, to know whether there is one."""
        found = self._places(wanted, part)
        more, found = len(found) > part.limit, found[: part.limit]
        rows = tuple(listed_jobs(self._connection, [place.id for place in found]))
        if part.newer_than is not None:
            return JobPage(rows=rows, has_newer=more, has_older=True)
        return JobPage(rows=rows, has_newer=part.older_than is not None, has_older=more)

    def counts(self, wanted: JobSearch) -> Mapping[Status, int]:
        """Open jobs are few, whatever there is in all; final ones are counted as far as COUNTED + 1."""
        source = self._source(wanted)
        each = (self._number(source, status, _in_state(source, status, wanted)) for status in Status)
        numbers = self._connection.execute(select(*each)).one()
        return dict(zip(Status, numbers, strict=True))

    def appointment_named(self, name: str) -> str | None:
        """One that did not come about is known by its jobs alone."""
        by_id = select(jobs.c.appointment_id).where(jobs.c.appointment_id == name)
        by_uid = select(appointment_uids.c.appointment_id).where(appointment_uids.c.uid == name)
        named: str | None = self._connection.scalar(by_id.limit(1)) or self._connection.scalar(by_uid.limit(1))
        return named

    def _places(self, wanted: JobSearch, part: Part) -> list[Place]:
        source = self._source(wanted)
        statuses = [wanted.status] if wanted.status else list(Status)
        each = [_first(source, _in_state(source, status, wanted), part).subquery() for status in statuses]
        together = union_all(*(select(one.c.id, one.c.created_at) for one in each)).subquery()
        first = select(together).order_by(*_order(together, part)).limit(part.limit + 1)
        return [Place(at=row.created_at, id=row.id) for row in self._connection.execute(first)]

    def _number(self, source: FromClause, status: Status, conditions: Sequence[Condition]) -> Any:
        """Final ones in the order of the list, so that a database reads no more of it than is counted."""
        found = select(source.c.id).where(*conditions)
        if status.is_final:
            found = found.order_by(*_order(source, Part())).limit(self._counted + 1)
        return select(func.count()).select_from(found.subquery()).scalar_subquery()

    def _source(self, wanted: JobSearch) -> FromClause:
        """All jobs or, where an appointment or a person is meant, the few that are theirs, whatever else is asked."""
        if wanted.contacts:
            named = self._appointments_of(wanted.contacts)
        elif wanted.appointment_id is not None:
            named = [wanted.appointment_id]
        else:
            return jobs
        theirs = select(jobs).where(jobs.c.appointment_id.in_(named)).cte("theirs")
        return theirs.prefix_with("MATERIALIZED")

    def _appointments_of(self, contacts: Collection[str]) -> list[str]:
        """Looked up first: a database that guesses how many there are may guess wrong, and read everything."""
        found: set[str] = set()
        for (named, way, newest), contact in product(TO_APPOINTMENTS, sorted(contacts)):
            theirs = select(named).where(given(way), way == contact)
            found.update(self._connection.scalars(theirs.order_by(newest.desc()).limit(self._most_appointments)))
        return sorted(found)


def _in_state(source: FromClause, status: Status, wanted: JobSearch) -> list[Condition]:
    return [source.c.status == status, *job_facts.fits(source, wanted)]


def _first(source: FromClause, conditions: Sequence[Condition], part: Part) -> Select[Any]:
    found = select(source.c.id, source.c.created_at).where(*conditions, _bounds(source, part))
    return found.order_by(*_order(source, part)).limit(part.limit + 1)


def _bounds(source: FromClause, part: Part) -> Condition:
    if part.newer_than is not None:
        return stands_behind(source.c.created_at, source.c.id, part.newer_than)
    if part.older_than is not None:
        return stands_before(source.c.created_at, source.c.id, part.older_than)
    return true()


def _order(source: FromClause, part: Part) -> tuple[Any, Any]:
    """The nearest first: what is newer than a place is read upwards from it."""
    if part.newer_than is not None:
        return source.c.created_at.asc(), source.c.id.asc()
    return source.c.created_at.desc(), source.c.id.desc()
