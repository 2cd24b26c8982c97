"""A value in a spelling of its own is read as it is meant, or refused with what is wrong with it."""

from __future__ import annotations

import pytest

from config.settings import load_settings
from tests.config.test_settings import KEY, faults_of


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


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('"s3cret"  # from the provider', "s3cret"),
        ("'s3cret' # it's \"quoted\"", "s3cret"),
        ('"with # in it"', "with # in it"),
        ('"a"b"', 'a"b'),
        ('"a"#b', '"a"#b'),
        ("plain # for now", "plain"),
    ],
)
def test_a_value_of_the_file_loses_its_quotes_and_a_comment_behind_them(line, meant, tmp_path):
    (tmp_path / ".env").write_text(f"OIDC_CLIENT_SECRET={line}\nOIDC_ISSUER=https://id.example\nOIDC_CLIENT_ID=x\n")
    assert load_settings({}, dotenv=tmp_path / ".env").oidc_client_secret == meant


@pytest.mark.parametrize(
    "url",
    [
        "redis://host:6379/ringbook",
        "redis://host:6379?db=3",
        "redis://host:6379/0?socket_timeout=5",
        "rediss://host:6379/0?db=3",
        "rediss://host:6379?ssl_cert_reqs=none&db=3",
        "unix:///run/v.sock?db=abc",
        "unix:///run/v.sock?virtual_host=3",
    ],
)
def test_an_address_of_redis_that_celery_would_read_otherwise_is_refused(url, tmp_path):
    (fault,) = faults_of({"REDIS_URL": url}, tmp_path)
    assert fault.startswith("REDIS_URL must name its database by number")


@pytest.mark.parametrize(
    "url",
    [
        "redis://host",
        "redis://host:6379/",
        "redis://:pass@host:6379/15",
        "rediss://host/0?ssl_cert_reqs=none&ssl_check_hostname=false",
        "unix:///run/v.sock",
        "unix://:pass@/run/v.sock?db=3",
    ],
)
def test_an_address_of_redis_that_both_read_alike_is_taken(url, tmp_path):
    assert load_settings({"REDIS_URL": url}, dotenv=tmp_path / ".env").redis_url == url


def test_a_file_of_sqlite_is_on_no_host(tmp_path):
    (fault,) = faults_of({"DATABASE_URL": "sqlite://ringbook.db", "SECRET_KEYS": KEY}, tmp_path)
    assert fault.startswith("DATABASE_URL must name a file (sqlite:///path)")


def test_a_data_directory_of_somebody_unknown_is_refused(tmp_path):
    (fault,) = faults_of({"DATA_DIR": "~no-such-user/x"}, tmp_path)
    assert fault == "DATA_DIR begins with somebody whose home is not known; it is ~no-such-user/x"
