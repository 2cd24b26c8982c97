"""Makes the engine for a database URL: locking, durability and time-outs of SQLite and PostgreSQL."""

from __future__ import annotations

import select
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InternalError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool, Pool

from app.domain.errors import StoreUnavailableError
from app.storage.write_turns import WriteTurns

UNDEFINED_TABLE = "42P01"
"""PostgreSQL's own code; SQLite has an OperationalError like any other. Its driver is loaded where it is used alone."""

READING = {"only_reads": True}
"""Execution option of a connection that only reads."""

SQLITE_PRAGMAS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "wal_autocheckpoint = 10000",
)
"""FULL: a commit survives a power cut; the time-out comes first, because switching to WAL may have to wait. Beyond
10,000 pages in the log, 40 MB, whoever commits carries them over into the file: `checkpoint` mostly has before.
"""

POSTGRESQL_LIMITS = (
    "SET statement_timeout = '5s'; SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '10s'"
)
"""Sent after connecting, not while: poolers in front of PostgreSQL refuse unknown start-up options."""

POSTGRESQL_CONNECT = {
    "connect_timeout": 3,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds; a host that vanished is noticed, not waited for
}


def parse_url(url: str) -> URL:
    """The URL with the driver we use. Raises ValueError for another kind of database."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if kind == "sqlite":
        return parsed.set(drivername="sqlite")
    raise ValueError(f"{kind} databases are not supported, only sqlite and postgresql")


def make_engine(url: str, *, poolclass: type[Pool] = NullPool, **pool: float) -> Engine:
    """An engine whose failures to reach the database, or to write to it, are StoreUnavailableError.

    `pool` are the pool's own arguments. Parameters never show in errors: they hold what callers said.
    """
    parsed = parse_url(url)
    options: dict[str, Any] = {"poolclass": poolclass, "hide_parameters": True, **pool}
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, WriteTurns()))
    else:
        engine = create_engine(parsed, connect_args=POSTGRESQL_CONNECT, **options)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "checkout", _replace_if_ended)
    event.listen(engine, "handle_error", _translate_error, retval=True)
    return engine


def reading(engine: Engine) -> Engine:
    """The same connections for what only reads; a write raises StoreUnavailableError.

    On PostgreSQL without a transaction: within one each statement would see what is committed by then as well (READ
    COMMITTED), and to begin and end it takes two more round trips. A lock ends with the statement that takes it.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**READING)
    alone = engine.execution_options(**READING, isolation_level="AUTOCOMMIT")
    event.listen(alone, "before_cursor_execute", _refuse_write)
    return alone


def searching(engine: Engine) -> Engine:
    """For what reads by conditions that hold now for few rows and now for most. Once a statement was run ten times
    on a connection, PostgreSQL may plan it for values it does not know: a count that stops at a thousand rows then
    reads a million.
    """
    return engine.execution_options(**READING, postgresql_readonly=True, plans_anew=True)


@contextmanager
def pool_wait_limited() -> Iterator[None]:
    """Around taking a connection: raises StoreUnavailableError where none became free in time."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreUnavailableError("no database connection became free in time") from error


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: `_begin_sqlite` does
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(turns: WriteTurns, connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and then writes fails when another one wrote."""
    only_reads = connection.get_execution_options().get("only_reads", False)
    raw = _raw(connection)
    raw.execute(f"PRAGMA query_only = {int(only_reads)}")
    if only_reads:
        raw.execute("BEGIN")  # takes no lock yet, so that it cannot fail
    elif not turns.begin(raw):
        raise StoreUnavailableError("the database did not do it: others wrote to it all the time")


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the dialect's own
    return raw


def checkpoint(engine: Engine) -> None:
    """SQLite: carry over into the file what the log beside it holds, while others read and write. Left to them, as it
    is by itself, every fourteenth booking would wait for it. PostgreSQL has a process of its own for that.

    Raises StoreUnavailableError.
    """
    if engine.dialect.name != "sqlite":
        return
    with pool_wait_limited(), engine.connect() as connection:
        try:
            _raw(connection).execute("PRAGMA wal_checkpoint(PASSIVE)")  # past SQLAlchemy, which would begin first
        except sqlite3.OperationalError as error:
            raise StoreUnavailableError(f"the database was not tidied: {error}") from error


def _prepare_postgresql(connection: Any, record: Any) -> None:
    connection.execute(POSTGRESQL_LIMITS)
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("plans_anew", False):
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def _refuse_write(
    _connection: Connection, _cursor: Any, _statement: str, _values: Any, context: Any, _many: Any
) -> None:
    """Here, as PostgreSQL itself refuses writes only within a transaction that is said to have none."""
    if context.isinsert or context.isupdate or context.isdelete:
        raise StoreUnavailableError("a unit that only reads was to write")


def _replace_if_ended(connection: Any, record: Any, proxy: Any) -> None:
    """A server that ended an idle connection has said so: that is there to be read, and costs no round trip to learn.

    Raises what makes the pool connect anew.
    """
    unread = select.poll()
    unread.register(connection.fileno(), select.POLLIN)
    if unread.poll(0):
        raise InvalidatePoolError


def _translate_error(context: ExceptionContext) -> Exception | None:
    """InternalError is what a PostgreSQL that has become a read-only standby answers a write with."""
    error = context.sqlalchemy_exception
    if getattr(context.original_exception, "sqlstate", None) == UNDEFINED_TABLE:
        return StoreUnavailableError("the database has no schema yet: ringbook migrate")
    failed = context.is_disconnect or isinstance(error, OperationalError | InternalError)
    if not failed:
        return None
    return StoreUnavailableError(f"the database did not do it: {type(context.original_exception).__name__}")
