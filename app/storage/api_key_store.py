"""API keys in the database, as hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update

from app.domain.api_keys import NOTED_EVERY, ApiKey, Scope
from app.domain.paging import WHOLE, Span
from app.storage.dialects import rows_changed
from app.storage.places import stands_behind
from app.storage.tables import api_keys


class SqlApiKeyStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, api_key: ApiKey) -> None:
        self._connection.execute(insert(api_keys).values(_to_row(api_key)))

    def get(self, key_id: str) -> ApiKey | None:
        return self._one(api_keys.c.id == key_id)

    def by_hash(self, key_hash: str) -> ApiKey | None:
        return self._one(api_keys.c.key_hash == key_hash)

    def all(self, org_id: str | None = None, span: Span = WHOLE) -> list[ApiKey]:
        wanted = select(api_keys) if org_id is None else select(api_keys).where(api_keys.c.org_id == org_id)
        if span.after is not None:
            wanted = wanted.where(stands_behind(api_keys.c.created_at, api_keys.c.id, span.after))
        rows = self._connection.execute(wanted.order_by(api_keys.c.created_at, api_keys.c.id).limit(span.limit))
        return [_from_row(row) for row in rows]

    def revoke(self, key_id: str, *, now: datetime) -> bool:
        valid = api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)
        return rows_changed(self._connection.execute(update(api_keys).where(*valid).values(revoked_at=now))) == 1

    def note_use(self, key_id: str, *, now: datetime) -> bool:
        earlier = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at <= now - NOTED_EVERY)
        noted = update(api_keys).where(api_keys.c.id == key_id, earlier).values(last_used_at=now)
        return rows_changed(self._connection.execute(noted)) == 1

    def _one(self, condition: ColumnElement[bool]) -> ApiKey | None:
        row = self._connection.execute(select(api_keys).where(condition)).one_or_none()
        return _from_row(row) if row else None


def _to_row(api_key: ApiKey) -> dict[str, Any]:
    return {
        "id": api_key.id,
        "org_id": api_key.scope.org_id,
        "name": api_key.name,
        "key_hash": api_key.key_hash,
        "ends_with": api_key.ends_with,
        "created_at": api_key.created_at,
        "expires_at": api_key.expires_at,
        "last_used_at": api_key.last_used_at,
        "revoked_at": api_key.revoked_at,
    }


def _from_row(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        scope=Scope(org_id=row.org_id),
        name=row.name,
        key_hash=row.key_hash,
        ends_with=row.ends_with,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
