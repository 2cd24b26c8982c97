"""A session lives as long as it is used, but not for ever; the record and the store say who did what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet

from app.domain.errors import ConflictError, NotAuthenticatedError, SignInRefusedError, UnknownNameError
from app.domain.operators import FREE_TRIES, IDLE, LINK_LASTS, LONGEST, Passwords, Role
from app.identity.passwords import Argon2Passwords
from app.services.desk_sessions import CheckSession, SignedIn
from app.services.operator_accounts import AddOperator, ChangeOperator, InviteFirstOperator, InviteOperator
from app.services.set_password import SetPassword
from app.services.sign_in import NewSession, SignIn, SignInByProvider, Visitor
from app.storage.database import Database
from tests.services.office import NOW
from tests.support.sqlite import migrated
from tests.support.tally import Tally

PASSWORD = "correct horse battery staple"
HERE = Visitor(address="192.0.2.1", browser="Firefox")


@dataclass(frozen=True)
class Slow:
    """Passwords that take until a deed is done to check."""

    passwords: Passwords
    deed: Callable[[], object]

    def hash(self, password: str) -> str:
        return self.passwords.hash(password)

    def fits(self, password: str, password_hash: str) -> bool:
        fits = self.passwords.fits(password, password_hash)
        self.deed()
        return fits


class FrontDoor:
    """The use cases about operators, with passwords that cost next to nothing and a clock set by hand."""

    def __init__(self, directory: Path) -> None:
        self.now = NOW
        url = migrated(f"sqlite:///{directory}/ringbook.db")
        self.database = Database(url, secret_keys=[Fernet.generate_key().decode()])
        self.limits = Tally(sign_ins=6)
        opened, read = self.database.unit, self.database.reading_unit
        passwords = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.add = AddOperator(open_unit=opened, clock=self.clock)
        self.change = ChangeOperator(open_unit=opened, clock=self.clock)
        self.invite = InviteOperator(open_unit=opened, clock=self.clock)
        self.invite_first = InviteFirstOperator(open_unit=opened, clock=self.clock)
        self.set_password = SetPassword(open_unit=opened, read_unit=read, passwords=passwords, clock=self.clock)
        self.sign_in = SignIn(
            open_unit=opened, read_unit=read, passwords=passwords, limits=self.limits, clock=self.clock
        )
        self.by_provider = SignInByProvider(open_unit=opened, clock=self.clock)
        self.check = CheckSession(read_unit=read, open_unit=opened, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def later(self, span: timedelta) -> None:
        self.now += span

    def sign_in_while(self, deed: Callable[[], object], password: str = PASSWORD) -> NewSession:
        """Jane signs in, and the deed is done while her password is checked."""
        passwords = Slow(self.sign_in.passwords, deed)
        return replace(self.sign_in, passwords=passwords)("jane", password, HERE)

    def jane(self, role: Role = Role.OPERATOR) -> None:
        self.set_password(self.add("Jane", role, actor="test").token, PASSWORD)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[FrontDoor]:
    door = FrontDoor(tmp_path)
    yield door
    assert door.database.checked_out() == 0
    door.database.dispose()


def test_a_session_that_is_used_lives_on_up_to_its_longest(door: FrontDoor) -> None:
    door.jane()
    token = door.sign_in("JANE", PASSWORD, HERE).token
    for _ in range(int(LONGEST / (IDLE / 2)) - 1):
        door.later(IDLE / 2)
        assert door.check(token).operator.name == "jane"
    door.later(IDLE / 2)
    with pytest.raises(NotAuthenticatedError):
        door.check(token)


def test_a_session_that_is_not_used_ends(door: FrontDoor) -> None:
    door.jane()
    token = door.sign_in("jane", PASSWORD, HERE).token
    door.later(IDLE)
    with pytest.raises(NotAuthenticatedError):
        door.check(token)


@pytest.mark.parametrize("token", ["", "made-up", "\udcff"])
def test_a_token_that_nobody_gave_out_opens_nothing(door: FrontDoor, token: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        door.check(token)


def test_the_use_of_a_session_is_written_at_most_once_a_minute(door: FrontDoor) -> None:
    door.jane()
    begun = door.sign_in("jane", PASSWORD, HERE)
    door.later(timedelta(seconds=59))
    door.check(begun.token)
    assert seen_at(door, begun.token) == NOW
    door.later(timedelta(seconds=1))
    door.check(begun.token)
    assert seen_at(door, begun.token) == NOW + timedelta(seconds=60)


def seen_at(door: FrontDoor, token: str) -> datetime:
    signed_in: SignedIn = door.check(token)
    return signed_in.session.seen_at


def test_many_wrong_passwords_from_one_address_close_the_door_for_every_name(door: FrontDoor) -> None:
    door.jane()
    for number in range(6):
        with pytest.raises(SignInRefusedError) as refused:
            door.sign_in(f"name {number}", "wrong", HERE)
        assert refused.value.wait == 0
    with pytest.raises(SignInRefusedError) as refused:
        door.sign_in("jane", PASSWORD, HERE)
    assert refused.value.wait > 0
    assert door.sign_in("jane", PASSWORD, Visitor(address="192.0.2.2")).operator.name == "jane"


def test_guesses_that_are_checked_at_one_moment_are_counted_like_those_one_after_another(door: FrontDoor) -> None:
    door.jane()
    waits: list[int] = []

    def guess() -> None:
        """Another one before this one is told to be wrong."""
        if not waits:
            with pytest.raises(SignInRefusedError) as refused:
                door.sign_in_while(guess, "wrong")
            waits.append(refused.value.wait)

    guess()
    assert waits == [2] + [0] * (FREE_TRIES + 1)


def test_a_right_password_ends_the_waits(door: FrontDoor) -> None:
    door.jane()
    for number in range(5):
        with pytest.raises(SignInRefusedError):
            door.sign_in("jane", "wrong", Visitor(address=f"192.0.2.{number}"))
    with pytest.raises(SignInRefusedError) as locked:
        door.sign_in("jane", PASSWORD, HERE)
    assert locked.value.wait == 2
    door.later(timedelta(seconds=2))
    door.sign_in("jane", PASSWORD, HERE)
    with pytest.raises(SignInRefusedError) as refused:
        door.sign_in("jane", "wrong", HERE)
    assert refused.value.wait == 0


def test_who_has_no_password_cannot_sign_in_with_an_empty_one(door: FrontDoor) -> None:
    door.add("jane", Role.ADMIN, actor="test")
    for password in ("", "nobody's"):
        with pytest.raises(SignInRefusedError):
            door.sign_in("jane", password, HERE)


def test_who_is_disabled_while_their_password_is_checked_is_not_let_in(door: FrontDoor) -> None:
    door.jane()
    with pytest.raises(SignInRefusedError):
        door.sign_in_while(lambda: door.change("jane", disabled=True, actor="test"))
    with door.database.reading_unit() as unit:
        jane = unit.operators.named("jane")
        assert jane is not None
        assert jane.disabled_at == NOW
        assert unit.operators.sessions_of(jane.id) == []


def test_a_role_changed_while_the_password_is_checked_stays_changed(door: FrontDoor) -> None:
    door.jane()
    begun = door.sign_in_while(lambda: door.change("jane", role=Role.VIEWER, actor="test"))
    assert begun.operator.role is Role.VIEWER
    assert door.check(begun.token).operator.role is Role.VIEWER


def test_a_password_replaced_while_it_is_checked_lets_nobody_in(door: FrontDoor) -> None:
    door.jane()
    link = door.invite("jane", actor="test")
    with pytest.raises(SignInRefusedError):
        door.sign_in_while(lambda: door.set_password(link.token, "another long pass phrase"))
    assert door.sign_in("jane", "another long pass phrase", HERE).operator.name == "jane"


def test_a_link_runs_out(door: FrontDoor) -> None:
    invitation = door.add("jane", Role.ADMIN, actor="test")
    door.later(LINK_LASTS)
    with pytest.raises(UnknownNameError):
        door.set_password(invitation.token, PASSWORD)


def test_the_first_admin_is_invited_until_somebody_has_a_password(door: FrontDoor) -> None:
    first, again = door.invite_first(actor="test"), door.invite_first(actor="test")
    assert first is not None
    assert again is not None
    assert (again.operator.name, again.operator.role) == ("admin", Role.ADMIN)
    with pytest.raises(UnknownNameError):
        door.set_password(first.token, PASSWORD)
    door.set_password(again.token, PASSWORD)
    assert door.invite_first(actor="test") is None


def test_a_provider_lets_in_whom_somebody_added_and_nobody_else(door: FrontDoor) -> None:
    door.add("jane@clinic.example", Role.VIEWER, actor="test")
    assert door.by_provider("Jane@Clinic.example", HERE).operator.role is Role.VIEWER
    with pytest.raises(SignInRefusedError):
        door.by_provider("eve@clinic.example", HERE)


def test_one_name_is_added_once(door: FrontDoor) -> None:
    door.jane()
    with pytest.raises(ConflictError):
        door.add(" jane ", Role.ADMIN, actor="test")
