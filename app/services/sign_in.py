"""Let an operator in: by password, with waits that grow with each wrong one, or by the word of an identity provider."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from app.domain.audit import Deed
from app.domain.errors import RefusedError, SignInRefusedError
from app.domain.limits import Counted, Limits, Subject, subject
from app.domain.operators import Operator, Passwords, Session, new_token, token_hash
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.operator_accounts import operator_name, record

BROWSER_LIMIT = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Where a request to sign in comes from, and the session its browser had before, if any."""

    address: str
    browser: str = ""
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class NewSession:
    """`token` is for the cookie: told this once, kept nowhere."""

    session: Session
    operator: Operator
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Raises SignInRefusedError, in the same words and after the same work where there is no such operator."""

    open_unit: OpenUnit
    read_unit: OpenUnit
    passwords: Passwords
    limits: Limits
    clock: Clock

    def __call__(self, name: str, password: str, visitor: Visitor) -> NewSession:
        known_as = _normal(name)
        operator = self._look_up(known_as, visitor)
        self._count_try(known_as)
        fits = self.passwords.fits(password, operator.password_hash if operator else "")
        begun = self._begin(operator, visitor) if operator is not None and fits else None
        if begun is None:
            self._refuse(operator, visitor)
            raise SignInRefusedError
        return begun

    def _begin(self, checked: Operator, visitor: Visitor) -> NewSession | None:
        """None for who is disabled, or whose password was replaced while this one was checked."""
        with self.open_unit() as unit:
            unit.operators.hold()
            operator = unit.operators.get(checked.id)
            if operator is None or operator.disabled_at or operator.password_hash != checked.password_hash:
                return None
            unit.operators.forget_tries(operator.name)
            begun = begin_session(unit, operator, visitor, self.clock())
            unit.commit()
        return begun

    def _look_up(self, name: str, visitor: Visitor) -> Operator | None:
        """Too many wrong passwords, for this name or from this address, and none is looked at for a while."""
        crowded = self.limits.take([], heeding=[_from(visitor)])
        with self.read_unit() as unit:
            tries = unit.operators.tries(name)
            operator = unit.operators.named(name)
        locked = (tries.locked_until() - self.clock()).total_seconds() if tries else 0.0
        wait = max(crowded, locked)
        if wait > 0:
            raise SignInRefusedError(math.ceil(wait))
        return operator

    def _count_try(self, name: str) -> None:
        """Before the password is checked, or any number that come meanwhile would be; the right one forgets it."""
        with self.open_unit() as unit:
            now = self.clock()
            wait = (unit.operators.hold_tries(name, now=now).locked_until() - now).total_seconds()
            if wait > 0:
                raise SignInRefusedError(math.ceil(wait))
            unit.operators.note_try(name, now=now)
            unit.commit()

    def _refuse(self, operator: Operator | None, visitor: Visitor) -> None:
        self.limits.take([_from(visitor)])
        log.warning("sign_in_refused", operator_id=operator.id if operator else None)
        if operator is None:
            return
        with self.open_unit() as unit:
            record(unit, Deed.SIGN_IN_REFUSED, operator, actor=f"address:{visitor.address}", at=self.clock())
            unit.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInByProvider:
    """For whom the identity provider vouches, and who was added as an operator. Raises SignInRefusedError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, email: str, visitor: Visitor) -> NewSession:
        with self.open_unit() as unit:
            unit.operators.hold()
            operator = unit.operators.named(_normal(email))
            if operator is None or operator.disabled_at is not None:
                log.warning("sign_in_refused", operator_id=operator.id if operator else None)
                raise SignInRefusedError
            begun = begin_session(unit, operator, visitor, self.clock())
            unit.commit()
        return begun


def begin_session(unit: UnitOfWork, operator: Operator, visitor: Visitor, now: datetime) -> NewSession:
    """A session under a new token; the one the browser had before ends."""
    token = new_token()
    session = Session(
        id=token_hash(token),
        operator_id=operator.id,
        csrf=new_token(),
        created_at=now,
        seen_at=now,
        address=visitor.address,
        browser=visitor.browser[:BROWSER_LIMIT],
    )
    if visitor.session_id:
        unit.operators.end_session(visitor.session_id)
    unit.operators.begin_session(session)
    unit.operators.note_sign_in(operator.id, now=now)
    record(unit, Deed.SIGN_IN, operator, actor=actor_of(operator), at=now)
    return NewSession(session, replace(operator, signed_in_at=now), token)


def actor_of(operator: Operator) -> str:
    """How an operator is called in the record."""
    return f"operator:{operator.name}"


def _normal(name: str) -> str:
    try:
        return operator_name(name)
    except RefusedError:
        return ""


def _from(visitor: Visitor) -> Subject:
    return subject(Counted.SIGN_INS, visitor.address)
