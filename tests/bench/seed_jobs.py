"""Fills a database with made-up jobs: `python -m tests.bench.seed_jobs --database-url URL --count N`."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import JSON, Connection, Table, insert, text

from app.domain.directory import Account, Agent, Organization
from app.domain.event_types import EventType
from app.storage.appointment_store import _to_row
from app.storage.codec import asked_to_json
from app.storage.database import Database
from app.storage.engines import make_engine
from app.storage.job_rows import job_to_row
from app.storage.schema import migrate
from app.storage.tables import appointment_uids, appointments, attempts, jobs
from tests.bench.made_up import AGENTS_EACH, ORGANIZATIONS, Batch, MadeUp, account_id, agent_id, org_id

VISIT = EventType(id=101, slug="visit", title="Visit", length_minutes=30, time_zone="America/New_York")

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--count", type=int, required=True, help="jobs, spread over ninety days")
    given = parser.parse_args()
    began = time.monotonic()
    migrate(given.database_url)
    seed(given.database_url, given.count, until=datetime.now().astimezone())
    print(f"{given.count} jobs in {time.monotonic() - began:.0f} s")


def seed(database_url: str, count: int, *, until: datetime) -> None:
    """Into a migrated, empty database; what a server knows about its tables is brought up to date."""
    _add_directory(database_url, until)
    engine = make_engine(database_url)
    for batch in MadeUp(count, until).batches():
        with engine.begin() as connection:
            for table, rows in _rows(batch):
                _load(connection, table, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))


def _add_directory(database_url: str, now: datetime) -> None:
    database = Database(database_url, secret_keys=(Fernet.generate_key().decode(),))
    with database.unit() as unit:
        for number in range(ORGANIZATIONS):
            name = f"Clinic {number + 1}"
            unit.directory.save_organization(Organization(id=org_id(number), name=name, created_at=now))
            unit.directory.save_account(_account(number, now), "cal_test")
            for each in range(AGENTS_EACH):
                unit.directory.save_agent(_agent(number, each, now))
        unit.commit()
    database.dispose()


def _account(number: int, now: datetime) -> Account:
    return Account(
        id=account_id(number),
        org_id=org_id(number),
        name="Front desk",
        base_url="http://127.0.0.1:1/v2",
        key_last4="test",
        username="clinic",
        time_zone="America/New_York",
        created_at=now,
    )


def _agent(org: int, number: int, now: datetime) -> Agent:
    name = f"Dr. {'ABC'[number]}. Number {org + 1}"
    return Agent(
        id=agent_id(org, number),
        org_id=org_id(org),
        name=name,
        account_id=account_id(org),
        event_type=VISIT,
        created_at=now,
    )


def _rows(batch: Batch) -> Iterable[tuple[Table, list[Row]]]:
    yield jobs, [job_to_row(job) for job in batch.jobs]
    yield (
        attempts,
        [
            {name: getattr(attempt, name) for name in ("fence", "number", "started_at", "submitted_at", "finished_at")}
            | {name: getattr(attempt, name) for name in ("outcome", "code", "http_status", "detail", "duration_ms")}
            | {"job_id": job_id, "request": asked_to_json(attempt.request) if attempt.request else None}
            for job_id, attempt in batch.attempts
        ],
    )
    yield appointments, [_to_row(appointment) for appointment in batch.appointments]
    yield (
        appointment_uids,
        [
            {"appointment_id": each.id, "account_id": each.account_id, "position": position, "uid": uid}
            for each in batch.appointments
            for position, uid in enumerate(each.uids)
        ],
    )


def _load(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    documents = {name for name in names if isinstance(table.c[name].type, JSON)}
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([_document(row[name]) if name in documents else row[name] for name in names])


def _document(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


if __name__ == "__main__":
    main()
