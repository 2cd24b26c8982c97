"""The inbox of what Cal.com told us, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, and_, case, delete, or_, select, update

from app.domain.notices import Notice, Told
from app.storage.dialects import insert_into, rows_changed
from app.storage.job_store import CLOCKS_DIFFER
from app.storage.notice_tables import notices

IS_OPEN = notices.c.finished_at.is_(None)


class SqlNoticeStore:
    """Nothing is kept before the unit of work commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice) -> bool:
        once = insert_into(self._connection, notices).on_conflict_do_nothing(
            index_elements=[notices.c.account_id, notices.c.body_hash]
        )
        values = _to_row(notice) | {"published_at": notice.received_at, "outcome": ""}
        return self._connection.execute(once.returning(notices.c.id), values).one_or_none() is not None

    def claim(self, notice_id: str, *, now: datetime, lease_until: datetime) -> Notice | None:
        taken = (
            update(notices)
            .where(notices.c.id == notice_id, IS_OPEN, _is_free(now), notices.c.next_attempt_at <= now + CLOCKS_DIFFER)
            .values(
                fence=notices.c.fence + 1,
                attempts=notices.c.attempts + 1,
                crashes=notices.c.crashes + case((notices.c.lease_until.is_not(None), 1), else_=0),
                lease_until=lease_until,
                published_at=None,
            )
            .returning(notices)
        )
        row = self._connection.execute(taken).one_or_none()
        return _from_row(row) if row else None

    def postpone(self, notice: Notice, *, at: datetime) -> bool:
        return self._changed(_held(notice).values(next_attempt_at=at, lease_until=None))

    def finish(self, notice: Notice, *, now: datetime, outcome: str) -> bool:
        return self._changed(_held(notice).values(finished_at=now, outcome=outcome, lease_until=None))

    def due(self, *, now: datetime, unpublished_since: datetime, limit: int) -> list[str]:
        unheard = or_(notices.c.published_at.is_(None), notices.c.published_at < unpublished_since)
        waiting = and_(IS_OPEN, notices.c.next_attempt_at <= now, _is_free(now), unheard)
        oldest = select(notices.c.id).where(waiting).order_by(notices.c.next_attempt_at, notices.c.id)
        return list(self._connection.scalars(oldest.limit(limit)))

    def mark_published(self, notice_ids: Sequence[str], *, now: datetime | None) -> None:
        """But for those a worker has taken since."""
        free = notices.c.lease_until.is_(None) if now is None else _is_free(now)
        told = update(notices).where(notices.c.id.in_(notice_ids), free)
        self._connection.execute(told.values(published_at=now))

    def prune(self, *, finished_before: datetime, limit: int) -> int:
        old = notices.c.finished_at < finished_before
        oldest = select(notices.c.id).where(old).order_by(notices.c.finished_at).limit(limit)
        return rows_changed(self._connection.execute(delete(notices).where(old, notices.c.id.in_(oldest))))

    def _changed(self, statement: Update) -> bool:
        return rows_changed(self._connection.execute(statement)) > 0


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(notices.c.lease_until.is_(None), notices.c.lease_until < now)


def _held(notice: Notice) -> Update:
    return update(notices).where(notices.c.id == notice.id, notices.c.fence == notice.fence, IS_OPEN)


_OF_NOTICE = [field.name for field in fields(Notice) if field.name != "told"]
_OF_TOLD = [field.name for field in fields(Told)]


def _to_row(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in _OF_NOTICE} | asdict(notice.told)


def _from_row(row: Row[Any]) -> Notice:
    told = Told(**{name: getattr(row, name) for name in _OF_TOLD})
    return Notice(**{name: getattr(row, name) for name in _OF_NOTICE}, told=told)
