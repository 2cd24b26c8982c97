"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, Column, ColumnElement, Dialect, Text, literal
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """An aware time, UTC with microseconds. On SQLite ISO text of fixed width, whose order is the order of time.

    A naive time is refused with ValueError.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text. What PostgreSQL cannot keep (NUL) and UTF-8 cannot spell (half a surrogate pair) becomes a sign.

    A caller's stray character must neither fail a write nor make a look-up an error.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def among(column: Column[str], values: Iterable[str]) -> ColumnElement[bool]:
    """`column IN (values)` for a statement that is made once: of a plain list SQLAlchemy spells it anew each time."""
    return column.in_([literal(value, column.type) for value in values])
