"""Hooks in the database; their secrets only encrypted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update

from app.domain.notices import Hook
from app.storage.cipher import Cipher
from app.storage.dialects import insert_into, rows_changed
from app.storage.notice_tables import hooks


class SqlHookStore:
    def __init__(self, connection: Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    def get(self, account_id: str) -> Hook | None:
        """Where there is none something is decrypted all the same: the time must not tell which accounts there are."""
        row = self._connection.execute(select(hooks).where(hooks.c.account_id == account_id)).one_or_none()
        if row is None:
            self._cipher.decrypt(self._cipher.decoy)
            return None
        former = row.encrypted_former_secret
        return Hook(
            account_id=row.account_id,
            url=row.url,
            secret=self._cipher.decrypt(row.encrypted_secret),
            former_secret=self._cipher.decrypt(former) if former else "",
            former_until=row.former_until,
            calcom_id=row.calcom_id,
            registered_at=row.registered_at,
        )

    def save(self, hook: Hook) -> None:
        values: dict[str, Any] = {
            "account_id": hook.account_id,
            "url": hook.url,
            "encrypted_secret": self._cipher.encrypt(hook.secret),
            "encrypted_former_secret": self._cipher.encrypt(hook.former_secret) if hook.former_secret else None,
            "former_until": hook.former_until,
            "calcom_id": hook.calcom_id,
            "registered_at": hook.registered_at,
        }
        new = insert_into(self._connection, hooks).values(values)
        self._connection.execute(new.on_conflict_do_update(index_elements=[hooks.c.account_id], set_=values))

    def remove(self, account_id: str) -> bool:
        return rows_changed(self._connection.execute(delete(hooks).where(hooks.c.account_id == account_id))) > 0

    def rotate_keys(self) -> int:
        """A hook whose secret is replaced at this moment is left alone: whoever replaces it encrypts it."""
        rotated = 0
        for row in self._connection.execute(select(hooks)).all():
            former = row.encrypted_former_secret
            values = {
                "encrypted_secret": self._cipher.rotate(row.encrypted_secret),
                "encrypted_former_secret": self._cipher.rotate(former) if former else None,
            }
            unchanged = hooks.c.account_id == row.account_id, hooks.c.encrypted_secret == row.encrypted_secret
            rotated += rows_changed(self._connection.execute(update(hooks).where(*unchanged).values(values)))
        return rotated
