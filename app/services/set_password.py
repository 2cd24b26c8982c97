"""Set an operator's password by a link, which works once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.audit import Deed
from app.domain.errors import UnknownNameError
from app.domain.operators import LONGEST_PASSWORD, SHORTEST_PASSWORD, Link, Operator, Passwords, token_hash
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import refused
from app.services.operator_accounts import record
from app.services.sign_in import actor_of

OVER = "This link was used, has run out, or was replaced by a newer one. Ask for another."


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword:
    """All sessions of the operator end. Raises UnknownNameError and RefusedError."""

    open_unit: OpenUnit
    read_unit: OpenUnit
    passwords: Passwords
    clock: Clock

    def whose(self, token: str) -> Operator:
        """For whom the link is, without using it up."""
        with self.read_unit() as unit:
            return _holder(unit, token, self.clock())[1]

    def __call__(self, token: str, password: str) -> Operator:
        operator = self.whose(token)
        check_password(password, operator)
        password_hash = self.passwords.hash(password)
        with self.open_unit() as unit:
            unit.operators.hold()
            link, operator = _holder(unit, token, self.clock())
            if not unit.operators.use_link(link.id):
                raise UnknownNameError(OVER)
            unit.operators.save(replace(operator, password_hash=password_hash))
            unit.operators.forget_tries(operator.name)
            counts = {"sessions_ended": unit.operators.end_sessions_of(operator.id)}
            actor = actor_of(operator)
            record(unit, Deed.PASSWORD_SET, operator, actor=actor, at=self.clock(), counts=counts)
            unit.commit()
        return operator


def check_password(password: str, operator: Operator) -> None:
    """Length is what counts (NIST SP 800-63B, 3.1.1.2). Raises RefusedError."""
    if len(password) < SHORTEST_PASSWORD:
        raise refused("password", f"It must have {SHORTEST_PASSWORD} characters or more.")
    if len(password) > LONGEST_PASSWORD:
        raise refused("password", f"It must have at most {LONGEST_PASSWORD} characters.")
    if len(set(password)) < SHORTEST_PASSWORD // 2 or operator.name in password.casefold():
        raise refused("password", "It is too easy to guess: let it not repeat itself, nor hold your name.")


def _holder(unit: UnitOfWork, token: str, now: datetime) -> tuple[Link, Operator]:
    link = unit.operators.link(token_hash(token))
    operator = unit.operators.get(link.operator_id) if link and now < link.expires_at else None
    if link is None or operator is None or operator.disabled_at is not None:
        raise UnknownNameError(OVER)
    return link, operator
