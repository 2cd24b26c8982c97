"""Jobs as a file that is sent while it is made: CSV for a table, JSON for a program."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from itertools import islice
from typing import Any

from app.domain.events import utc_text
from app.domain.job_search import ListedJob

ROWS_AT_ONCE = 100
"""Sent together."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a table program takes for a formula."""

COLUMNS = (
    "id",
    "accepted_at",
    "state",
    "action",
    "result",
    "detail",
    "organization_id",
    "organization",
    "agent_id",
    "agent",
    "account_id",
    "appointment_id",
    "call_session_id",
    "starts_at",
    "name",
    "email",
    "phone",
    "attempts",
    "finished_at",
)

Document = dict[str, Any]


def job_document(listed: ListedJob) -> Document:
    """Whom it is for, but nothing of what they said: notes stay here."""
    job, attendee = listed.job, listed.attendee
    return {
        "id": job.id,
        "accepted_at": utc_text(job.created_at),
        "state": job.status.value,
        "action": job.action.value,
        "result": job.final.result.value if job.final else None,
        "detail": job.final.detail if job.final else None,
        "organization_id": job.org_id,
        "organization": listed.org_name or None,
        "agent_id": job.agent_id,
        "agent": listed.agent_name or None,
        "account_id": job.account_id,
        "appointment_id": job.appointment_id,
        "call_session_id": job.command.call_session_id or None,
        "starts_at": utc_text(job.starts_at),
        "name": attendee.name if attendee else None,
        "email": (attendee.email or None) if attendee else None,
        "phone": (attendee.phone or None) if attendee else None,
        "attempts": job.attempts,
        "finished_at": utc_text(job.finished_at),
    }


def as_csv(jobs: Iterable[ListedJob]) -> Iterator[str]:
    """RFC 4180, with a line of names first. A cell that a table program would take for a formula gets an apostrophe."""
    yield _line(COLUMNS)
    for some in _together(job_document(each) for each in jobs):
        yield "".join(_line(_cell(document[name]) for name in COLUMNS) for document in some)


def as_json(jobs: Iterable[ListedJob]) -> Iterator[str]:
    """One array, whole only with its last bracket: what was cut off does not pass for all there is."""
    yield "["
    between = "\n"
    for some in _together(job_document(each) for each in jobs):
        yield between + ",\n".join(json.dumps(document, ensure_ascii=False) for document in some)
        between = ",\n"
    yield "\n]\n"


FORMS: dict[str, tuple[str, Callable[[Iterable[ListedJob]], Iterator[str]]]] = {
    "csv": ("text/csv", as_csv),
    "json": ("application/json", as_json),
}
"""By the end of a file's name: its type, and what writes it."""


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _line(cells: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _together(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while some := list(islice(documents, ROWS_AT_ONCE)):
        yield some
