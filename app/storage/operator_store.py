"""Operators in the database; of tokens and passwords nothing but hashes."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, insert, select, update

from app.domain.operators import Link, Operator, Role, Session, Tries
from app.storage.dialects import insert_into, rows_changed
from app.storage.operator_tables import operator_links, operator_sessions, operators, sign_in_tries

_OF_OPERATOR = [field.name for field in fields(Operator)]
_OF_SESSION = [field.name for field in fields(Session)]


class SqlOperatorStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, operator: Operator) -> bool:
        new = insert_into(self._connection, operators).on_conflict_do_nothing(index_elements=[operators.c.name])
        added = self._connection.execute(new.returning(operators.c.id), asdict(operator))
        return added.one_or_none() is not None

    def get(self, operator_id: str) -> Operator | None:
        return self._one(operators.c.id == operator_id)

    def named(self, name: str) -> Operator | None:
        return self._one(operators.c.name == name)

    def all(self) -> list[Operator]:
        return [_operator(row) for row in self._connection.execute(select(operators).order_by(operators.c.name))]

    def hold(self) -> None:
        """In one order, so that no two wait for each other; SQLite's units that write are alone from the beginning."""
        self._connection.execute(select(operators.c.id).order_by(operators.c.id).with_for_update(key_share=True))

    def save(self, operator: Operator) -> None:
        self._connection.execute(update(operators).where(operators.c.id == operator.id).values(asdict(operator)))

    def note_sign_in(self, operator_id: str, *, now: datetime) -> None:
        self._connection.execute(update(operators).where(operators.c.id == operator_id).values(signed_in_at=now))

    def tries(self, name: str) -> Tries | None:
        wanted = select(sign_in_tries).where(sign_in_tries.c.name_hash == _hash(name))
        row = self._connection.execute(wanted).one_or_none()
        return Tries(count=row.tries, last_at=row.tried_at) if row else None

    def hold_tries(self, name: str, *, now: datetime) -> Tries:
        """By writing what is there: of a row that is not there yet nothing could be held."""
        none = insert_into(self._connection, sign_in_tries).values(name_hash=_hash(name), tries=0, tried_at=now)
        same = {"tries": sign_in_tries.c.tries}
        kept = none.on_conflict_do_update(index_elements=[sign_in_tries.c.name_hash], set_=same)
        row = self._connection.execute(kept.returning(sign_in_tries.c.tries, sign_in_tries.c.tried_at)).one()
        return Tries(count=row.tries, last_at=row.tried_at)

    def note_try(self, name: str, *, now: datetime) -> None:
        first = insert_into(self._connection, sign_in_tries).values(name_hash=_hash(name), tries=1, tried_at=now)
        again = {"tries": sign_in_tries.c.tries + 1, "tried_at": now}
        self._connection.execute(first.on_conflict_do_update(index_elements=[sign_in_tries.c.name_hash], set_=again))

    def forget_tries(self, name: str) -> None:
        self._deleted(sign_in_tries, sign_in_tries.c.name_hash == _hash(name))

    def begin_session(self, session: Session) -> None:
        self._connection.execute(insert(operator_sessions).values(asdict(session)))

    def session(self, session_id: str) -> tuple[Session, Operator] | None:
        wanted = select(operator_sessions).where(operator_sessions.c.id == session_id)
        row = self._connection.execute(wanted).one_or_none()
        operator = self.get(row.operator_id) if row else None
        return (_session(row), operator) if row and operator else None

    def note_use(self, session_id: str, *, now: datetime) -> None:
        used = update(operator_sessions).where(operator_sessions.c.id == session_id)
        self._connection.execute(used.where(operator_sessions.c.seen_at < now).values(seen_at=now))

    def sessions_of(self, operator_id: str) -> list[Session]:
        theirs = select(operator_sessions).where(operator_sessions.c.operator_id == operator_id)
        return [_session(row) for row in self._connection.execute(theirs.order_by(operator_sessions.c.seen_at.desc()))]

    def end_session(self, session_id: str) -> bool:
        return self._deleted(operator_sessions, operator_sessions.c.id == session_id) > 0

    def end_sessions_of(self, operator_id: str) -> int:
        return self._deleted(operator_sessions, operator_sessions.c.operator_id == operator_id)

    def prune(self, *, before: datetime) -> int:
        return (
            self._deleted(operator_sessions, operator_sessions.c.seen_at < before)
            + self._deleted(operator_links, operator_links.c.expires_at < before)
            + self._deleted(sign_in_tries, sign_in_tries.c.tried_at < before)
        )

    def add_link(self, link: Link) -> None:
        new = insert_into(self._connection, operator_links).values(asdict(link))
        newer = {"id": new.excluded.id, "expires_at": new.excluded.expires_at}
        self._connection.execute(new.on_conflict_do_update(index_elements=[operator_links.c.operator_id], set_=newer))

    def link(self, link_id: str) -> Link | None:
        row = self._connection.execute(select(operator_links).where(operator_links.c.id == link_id)).one_or_none()
        return Link(id=row.id, operator_id=row.operator_id, expires_at=row.expires_at) if row else None

    def use_link(self, link_id: str) -> bool:
        return self._deleted(operator_links, operator_links.c.id == link_id) > 0

    def _one(self, condition: ColumnElement[bool]) -> Operator | None:
        row = self._connection.execute(select(operators).where(condition)).one_or_none()
        return _operator(row) if row else None

    def _deleted(self, table: Table, condition: ColumnElement[bool]) -> int:
        return rows_changed(self._connection.execute(delete(table).where(condition)))


def _hash(name: str) -> str:
    """Names that are typed in vain may be passwords, typed into the wrong field."""
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()


def _operator(row: Row[Any]) -> Operator:
    return Operator(**{name: getattr(row, name) for name in _OF_OPERATOR} | {"role": Role(row.role)})


def _session(row: Row[Any]) -> Session:
    return Session(**{name: getattr(row, name) for name in _OF_SESSION})
