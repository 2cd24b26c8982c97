"""Contacts in URLs: only our own secret keys open them, the old ones too."""

from __future__ import annotations

from cryptography.fernet import Fernet

from app.storage.cipher import Cipher
from app.storage.contact_seal import FernetContactSeal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_is_not_seen_and_opens_again() -> None:
    seal = FernetContactSeal([NEW])
    token = seal.seal("jané@example.com")
    assert "example" not in token
    assert token != seal.seal("jané@example.com")
    assert seal.unseal(token) == "jané@example.com"


def test_a_key_that_was_replaced_still_opens_and_one_that_is_gone_does_not() -> None:
    token = FernetContactSeal([OLD]).seal("+14155550123")
    assert FernetContactSeal([NEW, OLD]).unseal(token) == "+14155550123"
    assert FernetContactSeal([NEW]).unseal(token) is None


def test_nothing_else_opens() -> None:
    """Least of all what is encrypted in the database with the same secret keys: Cal.com keys."""
    seal = FernetContactSeal([NEW])
    assert [seal.unseal(token) for token in ("", "x", "é", Cipher([NEW]).encrypt("cal_live_key"))] == [None] * 4
