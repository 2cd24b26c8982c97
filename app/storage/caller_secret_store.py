"""Caller secrets in the database: of shared ones a hash, signing ones encrypted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select

from app.domain.caller_secrets import CallerSecret, SecretKind
from app.storage.cipher import Cipher
from app.storage.dialects import insert_into, rows_changed
from app.storage.directory_tables import caller_secrets


class SqlCallerSecretStore:
    def __init__(self, connection: Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    def of_organization(self, org_id: str) -> list[CallerSecret]:
        """Oldest first. Raises KeyUnreadableError where a signing secret cannot be decrypted."""
        found = select(caller_secrets).where(caller_secrets.c.org_id == org_id)
        in_order = found.order_by(caller_secrets.c.created_at, caller_secrets.c.ends_at.is_(None), caller_secrets.c.id)
        return [self._read(row) for row in self._connection.execute(in_order)]

    def save(self, secret: CallerSecret) -> None:
        is_shared = secret.kind is SecretKind.SHARED
        values = {
            "id": secret.id,
            "org_id": secret.org_id,
            "kind": secret.kind,
            "secret_hash": secret.kept if is_shared else None,
            "encrypted_secret": None if is_shared else self._cipher.encrypt(secret.kept),
            "created_at": secret.created_at,
            "ends_at": secret.ends_at,
        }
        new = insert_into(self._connection, caller_secrets).values(values)
        self._connection.execute(new.on_conflict_do_update(index_elements=[caller_secrets.c.id], set_=values))

    def remove(self, org_id: str, secret_id: str) -> bool:
        named = caller_secrets.c.id == secret_id, caller_secrets.c.org_id == org_id
        return rows_changed(self._connection.execute(delete(caller_secrets).where(*named))) > 0

    def _read(self, row: Row[Any]) -> CallerSecret:
        return CallerSecret(
            id=row.id,
            org_id=row.org_id,
            kind=SecretKind(row.kind),
            created_at=row.created_at,
            kept=row.secret_hash or self._cipher.decrypt(row.encrypted_secret),
            ends_at=row.ends_at,
        )
