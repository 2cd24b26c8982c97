"""What viewers see of a person: enough to tell people apart, too little to reach them."""

from __future__ import annotations

import pytest

from app.domain.masking import masked_contact, masked_email, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "masked"), [("Jane Doe", "J. D."), ("élodie", "É."), ("  ", ""), ("", ""), ("[erased]", "[erased]")]
)
def test_of_a_name_the_initials_are_shown(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("email", "masked"), [("jane@example.com", "j***@example.com"), ("", ""), ("odd", "***"), ("@x.y", "***@x.y")]
)
def test_of_an_address_the_first_letter_and_where(email: str, masked: str) -> None:
    assert masked_email(email) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("+14155550123", "+1 *** 0123"), ("+493012345678", "+49 *** 5678"), ("", ""), ("odd 5550123", "*** 0123")],
)
def test_of_a_number_its_country_and_last_four_digits(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


def test_a_contact_is_an_address_or_a_number() -> None:
    assert [masked_contact(each) for each in ("jane@example.com", "+14155550123", "")] == [
        "j***@example.com",
        "+1 *** 0123",
        "",
    ]
