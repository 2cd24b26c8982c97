"""Lists in pages: what a request says of the page it wants, and the cursor by which the next one is asked for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from marshmallow import Schema, ValidationError, fields, validate

from app.api.response_schemas import text
from app.domain.paging import Place, Span

DEFAULT_LIMIT, LONGEST_PAGE = 50, 200
NOT_A_CURSOR = "is not a cursor of this list"
OUT_OF_BOUNDS = f"must be a whole number from 1 to {LONGEST_PAGE}"

Row = TypeVar("Row")


class Cursor(fields.Field[Place]):
    """Where the page before ended. Opaque to clients, and of one list only: another list's places mean nothing here."""

    def __init__(self, of: str) -> None:
        description = "next_cursor of the page before; none for the first page."
        super().__init__(load_default=None, metadata={"type": "string", "description": description})
        self.of = of

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Place:
        try:
            spelled = base64.urlsafe_b64decode(str(value).encode("ascii") + b"==").decode()
            of, at, name = spelled.split(" ", 2)
            place = Place(at=datetime.fromisoformat(at), id=name)
        except (UnicodeError, binascii.Error, ValueError):
            raise ValidationError(NOT_A_CURSOR) from None
        if of != self.of or place.at.utcoffset() != timedelta(0) or cursor_of(of, place) != value:
            raise ValidationError(NOT_A_CURSOR)
        return place


def cursor_of(of: str, place: Place) -> str:
    return base64.urlsafe_b64encode(f"{of} {place.at.isoformat()} {place.id}".encode()).decode().rstrip("=")


class Strict(Schema):
    """Takes nothing it does not know: a misspelt filter or setting must not pass for one that was heeded."""

    error_messages = {"unknown": "is not known here"}  # noqa: RUF012 - as the base class has it


def limit_field() -> fields.Integer:
    return fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, LONGEST_PAGE, error=OUT_OF_BOUNDS),
        error_messages={"invalid": OUT_OF_BOUNDS},
        metadata={"description": f"How many at most, {DEFAULT_LIMIT} if not given."},
    )


def page_query(of: str, **filters: fields.Field[Any]) -> type[Schema]:
    """The query of a list: its filters, `limit` and `cursor`."""
    return Strict.from_dict({**filters, "limit": limit_field(), "cursor": Cursor(of)}, name=f"{of.title()}Query")


def page_fields(of: str, row: type[Schema]) -> dict[str, fields.Field[Any]]:
    """What `data` of such a list holds."""
    return {
        of: fields.List(fields.Nested(row), required=True),
        "count": fields.Integer(required=True, metadata={"description": "How many this page holds."}),
        "next_cursor": text("To ask for the next page; null on the last one.", allow_none=True),
    }


class Made(Protocol):
    """A row of a list that is ordered by when its rows were made."""

    @property
    def id(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...


def made_at(row: Made) -> Place:
    return Place(at=row.created_at, id=row.id)


def page_document(
    of: str,
    limit: int,
    found: Sequence[Row],
    shown: Callable[[Row], Mapping[str, Any]],
    place_of: Callable[[Row], Place],
) -> dict[str, Any]:
    """One page of a list, which was read with one row more than wanted: that one tells whether there is a next page."""
    rows = found[:limit]
    more = len(found) > limit
    return {
        of: [shown(row) for row in rows],
        "count": len(rows),
        "next_cursor": cursor_of(of, place_of(rows[-1])) if more else None,
    }


def span_of(query: Mapping[str, Any]) -> Span:
    return Span(limit=query["limit"] + 1, after=query["cursor"])
