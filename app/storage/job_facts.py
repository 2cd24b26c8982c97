"""The facts about a job that are searched for, read from where they are kept: its columns and its JSON."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Index, and_, false, literal_column, or_

from app.domain.job_search import TRIED_OFTEN, JobSearch
from app.storage.json_text import JsonText
from app.storage.tables import appointments, jobs

Condition = ColumnElement[bool]


def action_of(table: FromClause) -> JsonText:
    return JsonText(table.c.command, "action")


def result_of(table: FromClause) -> JsonText:
    """How it ended; NULL while it has not."""
    return JsonText(table.c.final, "result")


def call_of(table: FromClause) -> JsonText:
    return JsonText(table.c.command, "call_session_id")


def email_of(table: FromClause) -> JsonText:
    """Whom a booking is for; NULL in every other job."""
    return JsonText(table.c.command, "attendee.email")


def phone_of(table: FromClause) -> JsonText:
    return JsonText(table.c.command, "attendee.phone")


def is_finished(table: FromClause) -> Condition:
    return table.c.finished_at.is_not(None)


def was_tried(table: FromClause, least: int) -> Condition:
    """At least so often. The number is written out, as in the indexes: no parameter would fit those."""
    return table.c.attempts >= literal_column(str(int(least)))


def given(value: ColumnElement[str]) -> Condition:
    """It is there and not empty: the condition under which the indexes hold a row."""
    return value != literal_column("''")


def booked_for(table: FromClause, contacts: Collection[str]) -> Condition:
    """The job, a booking, names one of these e-mail addresses or phone numbers."""
    named = sorted(contacts)
    ways = (and_(given(way), way.in_(named)) for way in (email_of(table), phone_of(table)))
    return or_(false(), *ways)


def is_attendee(contacts: Collection[str]) -> Condition:
    """The appointment is that of whom one of these e-mail addresses or phone numbers reaches."""
    named = sorted(contacts)
    ways = (appointments.c.attendee_email, appointments.c.attendee_phone)
    return or_(false(), *(and_(given(way), way.in_(named)) for way in ways))


def fits(table: FromClause, wanted: JobSearch) -> list[Condition]:
    """It is one of those wanted, its state and whom it is for apart."""
    exact = (
        (table.c.org_id, wanted.org_id),
        (table.c.agent_id, wanted.agent_id),
        (table.c.account_id, wanted.account_id),
        (table.c.appointment_id, wanted.appointment_id),
        (action_of(table), wanted.action),
        (call_of(table), wanted.call_session_id),
        (result_of(table), wanted.result),
    )
    conditions = [value == asked for value, asked in exact if asked is not None]
    if wanted.call_session_id is not None:
        conditions.append(given(call_of(table)))
    if wanted.result is not None:
        conditions.append(is_finished(table))
    if wanted.tried is not None:
        conditions.append(was_tried(table, wanted.tried))
    if wanted.since is not None:
        conditions.append(table.c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.created_at < wanted.until)
    return conditions


def _index(name: str, *columns: Any, where: Any = None) -> Index:
    """Built after the migrations, while others write: see `late_indexes`."""
    return Index(name, *columns, postgresql_concurrently=True, postgresql_where=where, sqlite_where=where)


_ordered = jobs.c.status, jobs.c.created_at, jobs.c.id
_action, _result, _call, _email, _phone = (read(jobs) for read in (action_of, result_of, call_of, email_of, phone_of))

TO_APPOINTMENTS: tuple[tuple[Column[str], ColumnElement[str], Column[datetime]], ...] = (
    (jobs.c.appointment_id, _email, jobs.c.created_at),
    (jobs.c.appointment_id, _phone, jobs.c.created_at),
    (appointments.c.id, appointments.c.attendee_email, appointments.c.starts_at),
    (appointments.c.id, appointments.c.attendee_phone, appointments.c.starts_at),
)
"""The ways from a contact to the appointments that are theirs, or were to be: whose id, where the contact stands, and
what tells the newest.
"""

INDEXES = (
    # A list is read state by state, each newest first: so it comes straight from the index, however long it is.
    _index("ix_jobs_org_status", jobs.c.org_id, *_ordered),
    _index("ix_jobs_agent_status", jobs.c.agent_id, *_ordered),
    _index("ix_jobs_account_status", jobs.c.account_id, *_ordered),
    _index("ix_jobs_action_status", _action, *_ordered),
    _index("ix_jobs_result_status", _result, *_ordered, where=is_finished(jobs)),
    _index("ix_jobs_call_status", _call, *_ordered, where=given(_call)),
    *(_index(f"ix_jobs_tried_{least}", *_ordered, where=was_tried(jobs, least)) for least in TRIED_OFTEN),
    _index("ix_jobs_email", _email, jobs.c.created_at, where=given(_email)),
    _index("ix_jobs_phone", _phone, jobs.c.created_at, where=given(_phone)),
    _index(
        "ix_appointments_email",
        appointments.c.attendee_email,
        appointments.c.starts_at,
        where=given(appointments.c.attendee_email),
    ),
    _index(
        "ix_appointments_phone",
        appointments.c.attendee_phone,
        appointments.c.starts_at,
        where=given(appointments.c.attendee_phone),
    ),
)
