"""Whose turn it is to be looked through, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, literal, or_, select, update

from app.domain.notices import Sweep, SweepStanding
from app.storage.dialects import insert_into, rows_changed
from app.storage.directory_tables import accounts
from app.storage.job_store import CLOCKS_DIFFER
from app.storage.notice_tables import sweeps


class SqlSweepStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enroll(self, *, next_at: datetime, since: datetime) -> int:
        known = select(sweeps.c.account_id).where(sweeps.c.account_id == accounts.c.id)
        moment = sweeps.c.next_at.type
        first = select(accounts.c.id, literal(since, moment), literal(next_at, moment), literal(0), literal(0)).where(
            accounts.c.encrypted_key.is_not(None), ~known.exists()
        )
        names = ["account_id", "swept_until", "next_at", "failures", "fence"]
        enrolled = insert_into(self._connection, sweeps).from_select(names, first)
        new = enrolled.on_conflict_do_nothing().returning(sweeps.c.account_id)
        return len(self._connection.scalars(new).all())

    def due(self, *, now: datetime, unpublished_since: datetime, limit: int) -> list[str]:
        unheard = or_(sweeps.c.published_at.is_(None), sweeps.c.published_at < unpublished_since)
        waiting = select(sweeps.c.account_id).where(sweeps.c.next_at <= now, _is_free(now), unheard)
        return list(self._connection.scalars(waiting.order_by(sweeps.c.next_at, sweeps.c.account_id).limit(limit)))

    def mark_published(self, account_ids: Sequence[str], *, now: datetime | None) -> None:
        free = sweeps.c.lease_until.is_(None) if now is None else _is_free(now)
        told = update(sweeps).where(sweeps.c.account_id.in_(account_ids), free)
        self._connection.execute(told.values(published_at=now))

    def standing(self, account_id: str) -> SweepStanding | None:
        row = self._connection.execute(select(sweeps).where(sweeps.c.account_id == account_id)).one_or_none()
        if row is None:
            return None
        return SweepStanding(swept_until=row.swept_until, next_at=row.next_at, failures=row.failures)

    def claim(self, account_id: str, *, now: datetime, lease_until: datetime) -> Sweep | None:
        taken = (
            update(sweeps)
            .where(sweeps.c.account_id == account_id, sweeps.c.next_at <= now + CLOCKS_DIFFER, _is_free(now))
            .values(fence=sweeps.c.fence + 1, lease_until=lease_until, published_at=None)
            .returning(sweeps)
        )
        row = self._connection.execute(taken).one_or_none()
        if row is None:
            return None
        return Sweep(
            account_id=account_id,
            swept_until=row.swept_until,
            failures=row.failures,
            fence=row.fence,
            trouble=row.trouble,
        )

    def finish(
        self, sweep: Sweep, *, swept_until: datetime, failures: int, next_at: datetime, trouble: str = ""
    ) -> bool:
        held = update(sweeps).where(sweeps.c.account_id == sweep.account_id, sweeps.c.fence == sweep.fence)
        told = {"swept_until": swept_until, "failures": failures, "next_at": next_at, "trouble": trouble}
        return rows_changed(self._connection.execute(held.values(told | {"lease_until": None}))) > 0

    def start_afresh(self, account_id: str) -> None:
        """A sweep that is under way with the key of before loses its turn: its fence is old."""
        forgotten = {"failures": 0, "trouble": "", "lease_until": None, "published_at": None}
        anew = update(sweeps).where(sweeps.c.account_id == account_id)
        at_once = {"next_at": sweeps.c.swept_until, "fence": sweeps.c.fence + 1}
        self._connection.execute(anew.values(forgotten | at_once))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(sweeps.c.lease_until.is_(None), sweeps.c.lease_until < now)
