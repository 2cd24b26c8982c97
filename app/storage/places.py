"""Where a page of a list goes on, as SQL conditions that an index on (time, id) answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Tuple, literal, tuple_

from app.domain.paging import Place


def stands_behind(at: ColumnElement[datetime], name: ColumnElement[str], place: Place) -> ColumnElement[bool]:
    """In a list that begins with the oldest."""
    return tuple_(at, name) > _values(at, name, place)


def stands_before(at: ColumnElement[datetime], name: ColumnElement[str], place: Place) -> ColumnElement[bool]:
    """In a list that begins with the newest."""
    return tuple_(at, name) < _values(at, name, place)


def _values(at: ColumnElement[datetime], name: ColumnElement[str], place: Place) -> Tuple:
    return tuple_(literal(place.at, at.type), literal(place.id, name.type))
