"""Who may use the desk: add operators, change what they may do, and hand out the links by which they set a password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.audit import AuditEntry, Deed
from app.domain.errors import ConflictError, UnknownNameError
from app.domain.identifiers import new_audit_id, new_operator_id
from app.domain.operators import LINK_LASTS, Link, Operator, OperatorStore, Role, Session, new_token, token_hash
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import checked_name


@dataclass(frozen=True, slots=True)
class Invitation:
    """An operator and the end of a link, told this once and kept nowhere, by which a password is set for them."""

    operator: Operator
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOperator:
    """Raises RefusedError, and ConflictError where there is one of that name."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, name: str, role: Role, *, actor: str) -> Invitation:
        operator = Operator(id=new_operator_id(), name=operator_name(name), role=role, created_at=self.clock())
        with self.open_unit() as unit:
            if not unit.operators.add(operator):
                raise ConflictError(f"There is an operator {operator.name} already.")
            record(unit, Deed.OPERATOR_ADD, operator, actor=actor, at=self.clock(), reason=role.value)
            invitation = _invite(unit, operator, self.clock())
            unit.commit()
        return invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteOperator:
    """A new link for somebody who has none any more, or forgot the password.

    Raises UnknownNameError, and ConflictError for who is disabled, whom no link would let in.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, name: str, *, actor: str) -> Invitation:
        with self.open_unit() as unit:
            operator = operator_named(unit.operators, name)
            if operator.disabled_at is not None:
                raise ConflictError(f"{operator.name} is disabled. Enable them first.")
            record(unit, Deed.OPERATOR_LINK, operator, actor=actor, at=self.clock())
            invitation = _invite(unit, operator, self.clock())
            unit.commit()
        return invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteFirstOperator:
    """A link for an admin, made where need be, as long as nobody has a password; None once somebody has."""

    open_unit: OpenUnit
    clock: Clock
    name: str = "admin"

    def __call__(self, *, actor: str) -> Invitation | None:
        now = self.clock()
        with self.open_unit() as unit:
            if any(operator.password_hash for operator in unit.operators.all()):
                return None
            operator = unit.operators.named(self.name)
            if operator is None:
                operator = Operator(id=new_operator_id(), name=self.name, role=Role.ADMIN, created_at=now)
                unit.operators.add(operator)
            record(unit, Deed.OPERATOR_LINK, operator, actor=actor, at=now)
            invitation = _invite(unit, operator, now)
            unit.commit()
        return invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOperator:
    """Another role, or whether they may sign in at all; whoever may not is signed out everywhere.

    Raises UnknownNameError, and ConflictError for the last admin.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(
        self, name: str, *, role: Role | None = None, disabled: bool | None = None, actor: str, reason: str = ""
    ) -> Operator:
        now = self.clock()
        with self.open_unit() as unit:
            unit.operators.hold()
            before = operator_named(unit.operators, name)
            after = replace(before, role=role or before.role)
            if disabled is not None:
                after = replace(after, disabled_at=(before.disabled_at or now) if disabled else None)
            if _is_admin(before) and not _is_admin(after) and _admins(unit.operators) == {before.id}:
                raise ConflictError(f"{before.name} is the last admin who may sign in.")
            unit.operators.save(after)
            ended = unit.operators.end_sessions_of(after.id) if after.disabled_at else 0
            said = reason or f"{after.role}{', disabled' if after.disabled_at else ''}"
            record(
                unit, Deed.OPERATOR_CHANGE, after, actor=actor, at=now, reason=said, counts={"sessions_ended": ended}
            )
            unit.commit()
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOperators:
    """By name."""

    read_unit: OpenUnit

    def __call__(self) -> list[Operator]:
        with self.read_unit() as unit:
            return unit.operators.all()

    def sessions_of(self, operator_id: str) -> list[Session]:
        with self.read_unit() as unit:
            return unit.operators.sessions_of(operator_id)


def operator_name(text: str) -> str:
    """In lower case, so that nobody needs to remember how they spelt theirs. Raises RefusedError."""
    return checked_name(text).casefold()


def operator_named(operators: OperatorStore, name: str) -> Operator:
    found = operators.named(operator_name(name))
    if found is None:
        raise UnknownNameError(f"There is no operator {name}.")
    return found


def record(
    unit: UnitOfWork,
    deed: Deed,
    operator: Operator,
    *,
    actor: str,
    at: datetime,
    reason: str = "",
    counts: Mapping[str, int] | None = None,
) -> None:
    """What was done to or by an operator, in the unit that does it."""
    unit.audit.save(
        AuditEntry(
            id=new_audit_id(), at=at, actor=actor, deed=deed, target=operator.id, reason=reason, counts=counts or {}
        )
    )


def _invite(unit: UnitOfWork, operator: Operator, now: datetime) -> Invitation:
    token = new_token()
    link = Link(id=token_hash(token), operator_id=operator.id, expires_at=now + LINK_LASTS)
    unit.operators.add_link(link)
    return Invitation(operator, token, link.expires_at)


def _is_admin(operator: Operator) -> bool:
    return operator.role is Role.ADMIN and operator.disabled_at is None


def _admins(operators: OperatorStore) -> set[str]:
    return {operator.id for operator in operators.all() if _is_admin(operator)}
