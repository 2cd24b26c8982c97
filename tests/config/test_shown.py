"""Settings are shown without what is secret of them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.settings import NAMES, Settings, load_settings
from config.shown import SECRET, masked_url, shown_settings

HERE = Path(__file__).parent / "none"
KEYS = [Fernet.generate_key().decode() for _ in range(2)]


def test_every_setting_is_shown_and_no_secret_of_it() -> None:
    environ = {
        "DATABASE_URL": "postgresql://ringbook:hunter2@db.example:5433/ringbook?sslpassword=hunter2",
        "REDIS_URL": "rediss://:hunter2@redis.example:6380/2",
        "CALCOM_BASE_URL": "https://api.cal.com/v2",
        "SECRET_KEYS": ",".join(KEYS),
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "ringbook",
        "OIDC_CLIENT_SECRET": "hunter2",
        "WEBHOOK_NETWORKS": "10.0.0.0/8,192.0.2.0/24",
    }
    shown = shown_settings(load_settings(environ, dotenv=HERE))
    assert list(shown) == list(NAMES)
    told = repr(shown)
    assert "hunter2" not in told
    assert not any(key in told for key in KEYS)
    assert shown["DATABASE_URL"] == "postgresql+psycopg://ringbook@db.example:5433/ringbook"
    assert shown["REDIS_URL"] == "rediss://redis.example:6380/2"
    assert shown["SECRET_KEYS"] == "2, the first encrypts, all decrypt"
    assert shown["OIDC_CLIENT_SECRET"] == "set"
    assert shown["WEBHOOK_NETWORKS"] == "10.0.0.0/8, 192.0.2.0/24"
    assert (shown["TRUSTED_PROXIES"], shown["WEB_THREADS"]) == ("not set", "160")


def test_without_a_provider_its_secret_is_not_set() -> None:
    shown = shown_settings(load_settings({}, dotenv=HERE))
    assert (shown["OIDC_ISSUER"], shown["OIDC_CLIENT_SECRET"]) == ("not set", "not set")


def test_what_does_not_show_in_a_repr_is_not_shown_here_either() -> None:
    assert {each.name.upper() for each in fields(Settings) if not each.repr} <= set(SECRET)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("unix:///var/run/v.sock?db=0&password=x", "unix:///var/run/v.sock"),
        ("https://user:secret@host:99999/path", "https://user@host/path"),
        ("sqlite:////srv/ringbook.db", "sqlite:////srv/ringbook.db"),
    ],
)
def test_addresses_lose_password_and_parameters(url: str, shown: str) -> None:
    assert masked_url(url) == shown
