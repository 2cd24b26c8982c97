"""A value in a spelling of its own is read as it is meant, or refused with what is wrong with it."""

from __future__ import annotations

import pytest

from config.settings import load_settings


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("https://Desk.Example/", "https://desk.example"),
        ("HTTPS://desk.example", "https://desk.example"),
        ("https://desk.example:443", "https://desk.example"),
        ("http://desk.example:80/Ringbook", "http://desk.example/Ringbook"),
        ("https://desk.example:80", "https://desk.example:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_public_address_is_spelt_as_browsers_spell_it(said, meant, tmp_path):
    assert load_settings({"PUBLIC_URL": said}, dotenv=tmp_path / ".env").public_url == meant
