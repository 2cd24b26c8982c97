"""Fills a database with jobs that ended over the last 90 days, as they would have: many at once, past the stores."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import make_url

from app.domain.answers import Result
from app.domain.jobs import Status

OVER = timedelta(days=90)
BATCH = 20_000
ORGS = 40
ENDS = (
    (85.0, Status.SUCCEEDED, Result.BOOKED),
    (9.0, Status.FAILED, Result.SLOT_TAKEN),
    (2.0, Status.FAILED, Result.UPSTREAM_DOWN),
    (1.0, Status.FAILED, Result.SLOT_NOT_OFFERED),
    (0.5, Status.FAILED, Result.UPSTREAM_KEY),
    (0.01, Status.FAILED, Result.OUTCOME_UNKNOWN),
    (2.49, Status.DISCARDED, Result.DISCARDED),
)
"""Percent, and how jobs ended."""

JOB = """id org_id agent_id account_id appointment_id command status created_at deadline_at next_attempt_at zone
    language calendar starts_at ends_at fingerprint attempts crashes fence submissions submitted_at lease_owner
    finished_at final"""
ATTEMPT = "job_id fence number started_at submitted_at finished_at outcome code detail"
TABLES = {"jobs": JOB.split(), "attempts": ATTEMPT.split()}
Row = tuple[Any, ...]


def fill(database_url: str, number: int, *, now: datetime, over: timedelta = OVER, seed: int = 1) -> None:
    """`number` jobs that ended up to `now`, evenly spread over 90 days or as long as said, with an attempt each."""
    made = _made(number, now, over, random.Random(seed))  # noqa: S311 - examples
    if database_url.startswith("sqlite"):
        _into_sqlite(str(make_url(database_url).database), made)
    else:
        _into_postgresql(make_url(database_url).set(drivername="postgresql").render_as_string(False), made)


def _made(number: int, now: datetime, over: timedelta, dice: random.Random) -> Iterator[tuple[Row, Row]]:
    shares = [share for share, _, _ in ENDS]
    for serial in range(number):
        finished_at = now - over * ((number - serial - dice.random()) / number)
        _, status, result = dice.choices(ENDS, shares)[0]
        yield _job(serial, finished_at, status, result, dice)


def _job(serial: int, finished_at: datetime, status: Status, result: Result, dice: random.Random) -> tuple[Row, Row]:
    job_id, org, starts_at = f"job_{serial:026}", serial % ORGS, finished_at + timedelta(days=2)
    submitted_at = finished_at - timedelta(seconds=dice.lognormvariate(-0.5, 0.6))
    created_at = submitted_at - timedelta(seconds=dice.lognormvariate(-1.5, 1.0))
    command = {
        "action": "book",
        "attendee": {"name": "A", "email": f"a{serial}@example.org"},
        "starts_at": _text(starts_at),
    }
    unknown = result is Result.OUTCOME_UNKNOWN
    job = (
        *(job_id, f"org-{org}", f"agent-{org}", f"account-{org}", f"appt_{serial:026}", json.dumps(command)),
        *(status.value, _text(created_at), _text(created_at + timedelta(minutes=15)), _text(created_at)),
        *("UTC", "en", f"account-{org}:1", _text(starts_at), _text(starts_at + timedelta(minutes=30)), ""),
        *(1, 0, 1, 1, _text(submitted_at) if unknown else None, "", _text(finished_at)),
        json.dumps({"result": result.value, "starts_at": None, "openings": [], "detail": "", "appointment_id": ""}),
    )
    times = _text(created_at), _text(submitted_at), _text(finished_at)
    return job, (job_id, 1, 1, *times, "succeeded" if status is Status.SUCCEEDED else "failed", "", "")


def _text(moment: datetime) -> str:
    """As both databases take it, and as SQLite keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _into_sqlite(path: str, made: Iterator[tuple[Row, Row]]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        while batch := list(islice(made, BATCH)):
            with connection:
                for which, (table, columns) in enumerate(TABLES.items()):
                    marks = ", ".join("?" * len(columns))
                    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of ours
                    connection.executemany(into, [pair[which] for pair in batch])


def _into_postgresql(url: str, made: Iterator[tuple[Row, Row]]) -> None:
    with psycopg.connect(url) as connection:
        while batch := list(islice(made, BATCH)):
            for which, (table, columns) in enumerate(TABLES.items()):
                with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                    for pair in batch:
                        copy.write_row(pair[which])
            connection.commit()
        connection.execute("ANALYZE jobs, attempts")
