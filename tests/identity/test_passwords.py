"""A password fits its own hash and no other; where there is none, nothing fits, after the same work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

import app.identity.passwords
from app.identity.passwords import AT_ONCE, Argon2Passwords
from tests.support.waiting import eventually

QUICK = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_a_password_fits_its_own_hash_alone() -> None:
    kept = QUICK.hash("correct horse")
    assert kept != QUICK.hash("correct horse")
    assert QUICK.fits("correct horse", kept)
    assert not QUICK.fits("correct horsf", kept)


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$broken"])
def test_nothing_fits_where_there_is_no_hash(stored: str) -> None:
    assert not any(QUICK.fits(password, stored) for password in ("", "nobody's", "not a hash"))


def test_hashes_are_argon2id_with_the_costs_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.identity.passwords, "PasswordHasher", PasswordHasher)  # for other tests it is a quick one
    assert Argon2Passwords().hash("correct horse").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


class Held(PasswordHasher):
    """Ends no hash before it may, and keeps count of those that are made."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.may_end = threading.Event()
        self.begun: list[str] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.begun.append(str(password))
        assert self.may_end.wait(timeout=30)
        return super().hash(password, salt=salt)


def test_no_more_hashes_are_made_at_a_time_than_there_is_memory_for() -> None:
    hasher = Held()
    passwords = Argon2Passwords(hasher)
    with ThreadPoolExecutor(4 * AT_ONCE) as pool:
        for number in range(4 * AT_ONCE):
            pool.submit(passwords.hash, f"password {number}")
        eventually(lambda: len(hasher.begun) >= AT_ONCE)
        begun = len(hasher.begun)
        hasher.may_end.set()
    assert begun == AT_ONCE
    assert len(hasher.begun) == 4 * AT_ONCE
