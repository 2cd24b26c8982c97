"""A million jobs for PostgreSQL: one that is final, copied by the server itself, with its attempt and appointment."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy import Table

from app.storage.tables import appointment_uids, appointments, attempts, jobs

APART = "10 seconds"
OLDER: Mapping[str, str] = {
    name: f"{name} - n * interval '{APART}'"
    for name in ("created_at", "deadline_at", "next_attempt_at", "starts_at", "ends_at", "published_at", "finished_at")
}


def multiply(url: str, number: int, *, offset: int = 0) -> None:
    """Copy the newest job that succeeded so many times, each ten seconds older than the one before.

    `offset`: how many copies there are.
    """
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        found = connection.execute(
            "SELECT id, appointment_id FROM jobs WHERE status = 'succeeded' ORDER BY created_at DESC LIMIT 1"
        ).fetchone()
        if found is None:
            raise RuntimeError("there is no job to copy")
        job_id, appointment_id = found
        numbers = offset + 1, offset + number
        ids = {"id": "'job_copy_' || n", "appointment_id": "'appt_copy_' || n"}
        _copy(connection, jobs, "id", job_id, numbers, {**OLDER, **ids, "dedupe_key": "NULL"})
        _copy(connection, attempts, "job_id", job_id, numbers, {"job_id": "'job_copy_' || n"})
        older = {name: OLDER[name] for name in ("starts_at", "ends_at")}
        _copy(connection, appointments, "id", appointment_id, numbers, {**older, "id": "'appt_copy_' || n"})
        uids = {"appointment_id": "'appt_copy_' || n", "uid": "'copy' || n"}
        _copy(connection, appointment_uids, "appointment_id", appointment_id, numbers, uids)
        connection.execute("VACUUM (ANALYZE)")  # a table that grew over months has no such work of a moment before it
        connection.execute("CHECKPOINT")


def _copy(
    connection: psycopg.Connection,
    table: Table,
    key: str,
    value: str,
    numbers: tuple[int, int],
    changed: Mapping[str, str],
) -> None:
    names = [column.name for column in table.columns]
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table}"
            " CROSS JOIN generate_series(%s::int, %s::int) AS n WHERE {key} = %s"
        ).format(
            table=sql.Identifier(table.name),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(sql.SQL(changed.get(name, name)) for name in names),
            key=sql.Identifier(key),
        ),
        (*numbers, value),
    )
