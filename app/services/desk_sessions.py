"""Whose session a request to the desk belongs to, and how sessions end."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.audit import Deed
from app.domain.errors import NotAuthenticatedError
from app.domain.operators import Operator, Session, token_hash
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.operator_accounts import operator_named, record
from app.services.sign_in import actor_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, and under which session."""

    operator: Operator
    session: Session

    @property
    def actor(self) -> str:
        return actor_of(self.operator)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSession:
    """What a cookie holds to who is signed in by it. Raises NotAuthenticatedError and StoreUnavailableError."""

    read_unit: OpenUnit
    open_unit: OpenUnit
    clock: Clock

    def __call__(self, token: str) -> SignedIn:
        now = self.clock()
        with self.read_unit() as unit:
            found = unit.operators.session(token_hash(token)) if token else None
        if found is None or not found[0].lives(now) or found[1].disabled_at is not None:
            raise NotAuthenticatedError
        session, operator = found
        if not session.use_is_noted(now):
            with self.open_unit() as unit:
                unit.operators.note_use(session.id, now=now)
                unit.commit()
        return SignedIn(operator, session)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """End one session; that it was over already is no error."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, signed_in: SignedIn) -> None:
        with self.open_unit() as unit:
            if unit.operators.end_session(signed_in.session.id):
                record(unit, Deed.SIGN_OUT, signed_in.operator, actor=signed_in.actor, at=self.clock())
            unit.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutEverywhere:
    """End every session of an operator; returns how many there were. Raises UnknownNameError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, name: str, *, actor: str) -> int:
        with self.open_unit() as unit:
            operator = operator_named(unit.operators, name)
            ended = unit.operators.end_sessions_of(operator.id)
            record(unit, Deed.SIGN_OUT, operator, actor=actor, at=self.clock(), counts={"sessions_ended": ended})
            unit.commit()
        return ended
