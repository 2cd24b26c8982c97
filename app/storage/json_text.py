"""Text out of a JSON column, spelt in queries exactly as in the indexes that answer them."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from app.storage.columns import PlainText

_PATH = re.compile(r"[a-z_]+(\.[a-z_]+)*\Z")


class JsonText(ColumnElement[str]):
    """What stands at `path`, such as "attendee.email", in a JSON column; NULL where there is nothing, and on PostgreSQL
    for a document that it can keep but not read (one with a NUL, or half a surrogate pair).

    The path is written into the statement and is no parameter of it: a database compares expressions as they are
    written, and would not see that an index fits. Raises ValueError for a path that is not plain names.
    """

    inherit_cache = True
    type = PlainText()
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy wants it
        ("column", InternalTraversal.dp_clauseelement),
        ("path", InternalTraversal.dp_string),
    ]

    def __init__(self, column: ColumnElement[Any], path: str) -> None:
        if not _PATH.match(path):
            raise ValueError(f"{path!r} is not a path of names")
        self.column = column
        self.path = path


@compiles(JsonText, "sqlite")
def _on_sqlite(element: JsonText, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_extract({compiler.process(element.column, **options)}, '$.{element.path}')"


@compiles(JsonText, "postgresql")
def _on_postgresql(element: JsonText, compiler: SQLCompiler, **options: Any) -> str:
    """Through a function of our own (migration 0009): PostgreSQL's operators raise an error where the document has a
    character anywhere in it that they cannot spell, and an index by them would refuse the row.
    """
    return f"text_at({compiler.process(element.column, **options)}, '{element.path}')"
