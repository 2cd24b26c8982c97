"""`ringbook keys`."""

from __future__ import annotations

from cryptography.fernet import Fernet

from app.cli.keys import command as keys
from tests.cli.console import ask, refusal, run
from tests.services.office import RIVERA_KEY, Office


def test_a_new_key_is_a_fernet_key_and_another_each_time(office: Office) -> None:
    first, second = run(office, keys, "new").stdout.strip(), ask(office, keys, "new")["key"]
    assert first != second
    assert Fernet(second).decrypt(Fernet(second).encrypt(b"x")) == b"x"
    Fernet(first)


def test_a_rotation_says_how_many_keys_it_encrypted_anew(office: Office) -> None:
    _, account = office.connected()
    office.secret_keys.insert(0, Fernet.generate_key().decode())
    office.open()
    assert run(office, keys, "rotate").stdout == "1 key was encrypted anew.\n"
    assert ask(office, keys, "rotate") == {"rotated": 1}
    assert office.key_of(account) == RIVERA_KEY


def test_a_rotation_without_the_older_key_is_one_clear_line(office: Office) -> None:
    office.connected()
    office.secret_keys = [Fernet.generate_key().decode()]
    office.open()
    assert "encrypted with a secret key that is not given" in refusal(office, keys, "rotate")
