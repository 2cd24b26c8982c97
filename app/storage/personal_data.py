"""Where personal data is kept, and how it is erased there: what stays is the state of each row, so that counts hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, union, update

from app.domain.callbacks import Ending
from app.domain.privacy import ERASED, Person
from app.storage.callback_tables import callbacks
from app.storage.delivery_store import SqlDeliveryStore
from app.storage.dialects import rows_changed
from app.storage.job_facts import TO_APPOINTMENTS, given, is_attendee
from app.storage.json_text import JsonText
from app.storage.mending_tables import bulk_runs
from app.storage.tables import appointments, attempts, jobs

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A table with an `id` and an `erased_at` (NULL until then) that holds personal data.

    `of` chooses the rows of a person, `over` those that are final since before a time. `erase` gets ids, the time, and
    for what is over also that time before: events that happened since are told in full. It says how many of their
    rows it changed.
    """

    table: Table
    of: Callable[[Person], Condition]
    over: Callable[[datetime], Condition]
    erase: Callable[[Connection, Sequence[str], datetime, datetime | None], int]


def _of_attendee(person: Person) -> Condition:
    return and_(appointments.c.org_id == person.org_id, is_attendee(person.contacts))


def _of_caller(person: Person) -> Condition:
    """Their bookings, and every change of an appointment that is theirs."""
    contacts = sorted(person.contacts)
    theirs = union(
        *(select(named).where(given(way), way.in_(contacts)).correlate(None) for named, way, _ in TO_APPOINTMENTS)
    )
    return and_(jobs.c.org_id == person.org_id, jobs.c.appointment_id.in_(theirs))


def _erase_jobs(connection: Connection, ids: Sequence[str], now: datetime, before: datetime | None) -> int:
    """The keys by which repeats are known go too: they are hashes that can be tried out."""
    changed = 0
    unerased = jobs.c.id.in_(ids), jobs.c.erased_at.is_(None), jobs.c.finished_at.is_not(None)
    wanted = select(jobs.c.id, jobs.c.org_id, jobs.c.appointment_id, jobs.c.command, jobs.c.final).where(*unerased)
    found = connection.execute(wanted).all()
    for row in found:
        values = {
            "command": _without_person(row.command),
            "final": row.final and {**row.final, "detail": ""},
            "dedupe_key": None,
            "fingerprint": "",
            "erased_at": now,
        }
        erased = update(jobs).where(jobs.c.id == row.id, *unerased[1:]).values(values)
        changed += rows_changed(connection.execute(erased))
        connection.execute(update(attempts).where(attempts.c.job_id == row.id).values(detail=""))
    _erase_told(connection, [row.appointment_id for row in found], before)
    _erase_callbacks(connection, [row.id for row in found], now)
    _erase_calls(connection, {(row.org_id, row.command.get("call_session_id", "")) for row in found})
    return changed


def _without_person(command: dict[str, Any]) -> dict[str, Any]:
    masked = {**command, "notes": "", "call_session_id": ""}
    if "attendee" in command:
        masked["attendee"] = {**command["attendee"], "name": ERASED, "email": "", "phone": ""}
    return masked


def _erase_appointments(connection: Connection, ids: Sequence[str], now: datetime, before: datetime | None) -> int:
    unerased = appointments.c.id.in_(ids), appointments.c.erased_at.is_(None)
    _erase_told(connection, ids, before)
    nobody = {"attendee_name": ERASED, "attendee_email": "", "attendee_phone": "", "erased_at": now}
    return rows_changed(connection.execute(update(appointments).where(*unerased).values(nobody)))


def _erase_told(connection: Connection, appointment_ids: Sequence[str], before: datetime | None) -> None:
    """What endpoints were told of these appointments, and what they answered."""
    SqlDeliveryStore(connection).erase_person(appointment_ids, occurred_before=before)


def _erase_callbacks(connection: Connection, job_ids: Sequence[str], now: datetime) -> None:
    """Nobody can be called back any more; what an operator wrote down of a call may say who it was."""
    theirs = update(callbacks).where(callbacks.c.job_id.in_(job_ids))
    connection.execute(theirs.where(callbacks.c.closed_at.is_(None)).values(closed_at=now, ending=Ending.ERASED))
    connection.execute(theirs.values(note=""))


def _erase_calls(connection: Connection, calls: Collection[tuple[str, str]]) -> None:
    """Of runs over the jobs of a call. Without any call such a run would be over all jobs, were it to go on."""
    call = JsonText(bulk_runs.c.wanted, "call_session_id")
    named = select(bulk_runs.c.id, bulk_runs.c.wanted).where(given(call), call.in_({call for _, call in calls}))
    for run in connection.execute(named).all():
        org_id = run.wanted.get("org_id")
        if org_id is None or (org_id, run.wanted["call_session_id"]) in calls:
            nameless = run.wanted | {"call_session_id": ERASED}
            connection.execute(update(bulk_runs).where(bulk_runs.c.id == run.id).values(wanted=nameless))


PLACES = (
    Place(jobs, _of_caller, lambda before: jobs.c.finished_at < before, _erase_jobs),
    Place(appointments, _of_attendee, lambda before: appointments.c.ends_at < before, _erase_appointments),
)
"""All of them, in this order: jobs are found by their appointments, so those go last."""


class SqlPersonalData:
    """Counts and erasures by place, under the name of its table."""

    def __init__(self, connection: Connection, places: Sequence[Place] = PLACES) -> None:
        self._connection = connection
        self._places = places

    def open_jobs_of(self, person: Person) -> list[str]:
        found = select(jobs.c.id).where(_of_caller(person), jobs.c.finished_at.is_(None))
        return list(self._connection.scalars(found.order_by(jobs.c.created_at)))

    def count_of(self, person: Person) -> dict[str, int]:
        return {place.table.name: self._count(place, place.of(person)) for place in self._places}

    def erase_of(self, person: Person, *, now: datetime) -> dict[str, int]:
        return {place.table.name: self._erase(place, place.of(person), now) for place in self._places}

    def count_over(self, before: datetime) -> dict[str, int]:
        return {place.table.name: self._count(place, place.over(before)) for place in self._places}

    def erase_over(self, before: datetime, *, now: datetime, limit: int) -> dict[str, int]:
        return {place.table.name: self._erase(place, place.over(before), now, before, limit) for place in self._places}

    def _count(self, place: Place, wanted: Condition) -> int:
        found = select(func.count()).select_from(place.table).where(wanted, place.table.c.erased_at.is_(None))
        return self._connection.scalar(found) or 0

    def _erase(
        self,
        place: Place,
        wanted: Condition,
        now: datetime,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> int:
        found = select(place.table.c.id).where(wanted, place.table.c.erased_at.is_(None)).limit(limit)
        ids = list(self._connection.scalars(found))
        return place.erase(self._connection, ids, now, before) if ids else 0
