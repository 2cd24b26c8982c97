"""Organizations, accounts and agents in the database; the accounts' keys only encrypted."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, Text, bindparam, cast, func, select, update

from app.domain.directory import Access, Account, Agent, Organization
from app.domain.event_types import EventType
from app.domain.paging import WHOLE, Span
from app.storage.cipher import Cipher
from app.storage.codec import event_type_from_json, event_type_to_json, values_of
from app.storage.dialects import insert_into, rows_changed
from app.storage.directory_tables import accounts, agents, caller_secrets, directory_revision, organizations
from app.storage.places import stands_behind

ENCRYPTED: tuple[Column[str], ...] = (accounts.c.encrypted_key, caller_secrets.c.encrypted_secret)
"""All that is encrypted with the secret keys, each in a table whose key is `id`."""


ORGANIZATION = select(organizations).where(organizations.c.id == bindparam("this"))
ACCOUNT = select(accounts).where(accounts.c.id == bindparam("this"))
ACCESS = select(accounts.c.base_url, accounts.c.encrypted_key).where(
    accounts.c.id == bindparam("this"), accounts.c.encrypted_key.is_not(None)
)
AGENT = select(agents).where(agents.c.id == bindparam("this"))


def _labelled(*tables: Table) -> list[ColumnElement[Any]]:
    return [column.label(f"{table.name}_{column.name}") for table in tables for column in table.c]


_account_of_agent = func.coalesce(agents.c.account_id, organizations.c.primary_account_id)
LINE = (
    select(*_labelled(agents, organizations, accounts))
    .join_from(agents, organizations, organizations.c.id == agents.c.org_id)
    .outerjoin(accounts, accounts.c.id == _account_of_agent)
    .where(agents.c.id == bindparam("this"), agents.c.org_id == bindparam("org"))
)
AGENT_AND_ACCESS = (
    select(*_labelled(agents, accounts))
    .join_from(agents, accounts, accounts.c.id == bindparam("account"))
    .where(agents.c.id == bindparam("this"), accounts.c.encrypted_key.is_not(None))
)
_event_type = cast(agents.c.event_type, Text)
EVENT_TYPES = (
    select(_event_type)
    .join_from(agents, organizations, organizations.c.id == agents.c.org_id)
    .where(agents.c.org_id == bindparam("org"), agents.c.deleted_at.is_(None))
    .where(_account_of_agent == bindparam("this"))
    .group_by(_event_type)
    .order_by(func.min(agents.c.created_at))
)
"""Made once, as they run with every job: to put one together takes longer than to run it."""

REVISION = select(directory_revision.c.number)


class SqlDirectory:
    def __init__(self, connection: Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher
        self.has_changed = False

    def revision(self) -> int:
        return self._connection.execute(REVISION).scalar() or 0

    def hold(self) -> None:
        """Counts the change: who counts the next one waits until this unit has ended."""
        if self.has_changed:
            return
        self.has_changed = True
        first = insert_into(self._connection, directory_revision).values(id=1, number=1)
        more = {"number": directory_revision.c.number + 1}
        self._connection.execute(first.on_conflict_do_update(index_elements=[directory_revision.c.id], set_=more))

    def organization(self, org_id: str) -> Organization | None:
        row = self._connection.execute(ORGANIZATION, {"this": org_id}).one_or_none()
        return _organization(row) if row else None

    def organizations(self, span: Span = WHOLE) -> list[Organization]:
        return [_organization(row) for row in self._listed(organizations, span)]

    def save_organization(self, organization: Organization) -> None:
        self._save(organizations, values_of(organization), only_new={"caller_secret_hash": ""})

    def account(self, account_id: str) -> Account | None:
        row = self._connection.execute(ACCOUNT, {"this": account_id}).one_or_none()
        return _account(row) if row else None

    def accounts(self, org_id: str | None = None, span: Span = WHOLE) -> list[Account]:
        wanted = () if org_id is None else (accounts.c.org_id == org_id,)
        return [_account(row) for row in self._listed(accounts, span, *wanted)]

    def save_account(self, account: Account, api_key: str | None) -> None:
        secret = {} if api_key is None else {"encrypted_key": self._cipher.encrypt(api_key)}
        self._save(accounts, values_of(account) | secret)

    def disconnect_account(self, account_id: str, *, now: datetime) -> None:
        connected = accounts.c.id == account_id, accounts.c.disconnected_at.is_(None)
        self.hold()
        without_key = {"encrypted_key": None, "key_last4": "", "disconnected_at": now}
        self._connection.execute(update(accounts).where(*connected).values(without_key))

    def access(self, account_id: str) -> Access | None:
        """None without a key. Raises StoreUnavailableError where the key cannot be decrypted."""
        row = self._connection.execute(ACCESS, {"this": account_id}).one_or_none()
        return self._access(account_id, row.base_url, row.encrypted_key) if row else None

    def agent_and_access(self, agent_id: str, account_id: str) -> tuple[Agent, Account, Access] | None:
        """Raises StoreUnavailableError where the key cannot be decrypted."""
        row = self._connection.execute(AGENT_AND_ACCESS, {"this": agent_id, "account": account_id}).one_or_none()
        if row is None:
            return None
        access = self._access(account_id, row.accounts_base_url, row.accounts_encrypted_key)
        return _agent(row, "agents_"), _account(row, "accounts_"), access

    def _access(self, account_id: str, base_url: str, encrypted_key: str) -> Access:
        return Access(account_id=account_id, base_url=base_url, api_key=self._cipher.decrypt(encrypted_key))

    def rotate_keys(self) -> int:
        """A key that is replaced at this moment is left alone: whoever replaces it encrypts it."""
        return sum(self._rotate(column) for column in ENCRYPTED)

    def _rotate(self, column: Column[str]) -> int:
        table = column.table
        kept = select(table.c.id, column).where(column.is_not(None))
        rotated = 0
        for row_id, stored in self._connection.execute(kept).all():
            unchanged = table.c.id == row_id, column == stored
            anew = update(table).where(*unchanged).values({column: self._cipher.rotate(stored)})
            rotated += rows_changed(self._connection.execute(anew))
        return rotated

    def agent(self, agent_id: str) -> Agent | None:
        row = self._connection.execute(AGENT, {"this": agent_id}).one_or_none()
        return _agent(row) if row else None

    def line_of(self, org_id: str, agent_id: str) -> tuple[Agent, Organization, Account | None] | None:
        row = self._connection.execute(LINE, {"this": agent_id, "org": org_id}).one_or_none()
        if row is None:
            return None
        account = _account(row, "accounts_") if row.accounts_id else None
        return _agent(row, "agents_"), _organization(row, "organizations_"), account

    def agents(self, org_id: str | None = None, span: Span = WHOLE) -> list[Agent]:
        wanted = () if org_id is None else (agents.c.org_id == org_id,)
        return [_agent(row) for row in self._listed(agents, span, agents.c.deleted_at.is_(None), *wanted)]

    def event_types(self, account: Account) -> list[EventType]:
        texts = self._connection.scalars(EVENT_TYPES, {"org": account.org_id, "this": account.id})
        found = [event_type_from_json(json.loads(text)) for text in texts]
        return list({event_type.id: event_type for event_type in found}.values())

    def save_agent(self, agent: Agent) -> None:
        documents = {
            "event_type": event_type_to_json(agent.event_type),
            "field_answers": dict(agent.field_answers),
        }
        self._save(agents, values_of(agent) | documents)

    def _listed(self, table: Table, span: Span, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
        wanted = select(table).where(*conditions)
        if span.after is not None:
            wanted = wanted.where(stands_behind(table.c.created_at, table.c.id, span.after))
        return list(self._connection.execute(wanted.order_by(table.c.created_at, table.c.id).limit(span.limit)))

    def _save(self, table: Table, values: dict[str, Any], *, only_new: dict[str, Any] | None = None) -> None:
        self.hold()
        new = insert_into(self._connection, table).values(values | (only_new or {}))
        self._connection.execute(new.on_conflict_do_update(index_elements=[table.c.id], set_=values))


def _organization(row: Row[Any], prefix: str = "") -> Organization:
    return Organization(**_named(Organization, row, prefix))


def _account(row: Row[Any], prefix: str = "") -> Account:
    return Account(**_named(Account, row, prefix))


def _agent(row: Row[Any], prefix: str = "") -> Agent:
    named = _named(Agent, row, prefix)
    return Agent(**named | {"event_type": event_type_from_json(named["event_type"])})


def _named(kind: type[Organization | Account | Agent], row: Row[Any], prefix: str) -> dict[str, Any]:
    return {field.name: getattr(row, prefix + field.name) for field in fields(kind)}
