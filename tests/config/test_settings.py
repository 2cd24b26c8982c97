"""Settings: what is read, what is derived, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.secret_keys import create_secret_keys, read_secret_keys
from config.settings import NAMES, SettingsError, load_settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
OTHER_KEY = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="
ENV_EXAMPLE = Path(__file__).parents[2] / "config" / "env.example"


def faults_of(environ: dict[str, str], tmp_path: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings({"DATA_DIR": str(tmp_path), **environ}, dotenv=tmp_path / ".env")
    return caught.value.faults


def test_without_any_setting_everything_is_embedded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/ringbook.db"
    assert settings.redis_url == f"unix://{tmp_path}/var/valkey.sock?db=0"
    assert settings.calcom_base_url == "http://127.0.0.1:8001/v2"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.web_threads, settings.worker_threads, settings.log_level) == (160, 16, "INFO")
    assert (settings.embedded_database, settings.embedded_redis, settings.embedded_calcom) == (True, True, True)


def test_what_is_named_is_not_embedded(tmp_path):
    settings = load_settings(
        {
            "DATABASE_URL": "postgres://ring:book@db.example/ringbook",
            "REDIS_URL": "rediss://:pass@redis.example:6380/1",
            "CALCOM_BASE_URL": "https://api.cal.com/v2/",
            "PUBLIC_URL": "https://book.example/",
            "SECRET_KEYS": f"{KEY}, {OTHER_KEY}",
        },
        dotenv=tmp_path / ".env",
    )
    assert settings.database_url == "postgresql+psycopg://ring:book@db.example/ringbook"
    assert settings.redis_url == "rediss://:pass@redis.example:6380/1"
    assert settings.calcom_base_url == "https://api.cal.com/v2"
    assert settings.public_url == "https://book.example"
    assert settings.secret_keys == (KEY, OTHER_KEY)
    assert (settings.embedded_database, settings.embedded_redis, settings.embedded_calcom) == (False, False, False)


@pytest.mark.parametrize("proxies", ["", "2", "10.0.0.0/8, 192.0.2.7", "2001:db8::/32"])
def test_proxies_are_a_number_or_networks(proxies, tmp_path):
    assert load_settings({"TRUSTED_PROXIES": proxies}, dotenv=tmp_path / ".env").trusted_proxies == proxies


def test_all_faults_are_told_at_once(tmp_path):
    faults = faults_of(
        {
            "PORT": "abc",
            "SANDBOX_PORT": "70000",
            "HOST": "http://here",
            "DATABASE_URL": "foo://user:hunter2@db",
            "REDIS_URL": "6379",
            "CALCOM_BASE_URL": "api.cal.com",
            "PUBLIC_URL": "https://",
            "WEB_THREADS": "0",
            "WORKER_THREADS": "-3",
            "SWEEP_SECONDS": "0",
            "WEBHOOK_THREADS": "1",
            "WEBHOOK_NETWORKS": "10.0.0.1/8",
            "LOG_LEVEL": "LOUD",
            "TRUSTED_PROXIES": "²",
            "LIMIT_PER_ADDRESS": "-1",
            "LIMIT_PER_ORGANIZATION": "many",
            "LIMIT_PER_CONTACT": "1.5",
            "LIMIT_FAILURES": "1e3",
            "RETENTION_DAYS": "1y",
            "OIDC_ISSUER": "id.example",
            "SECRET_KEYS": "short",
        },
        tmp_path,
    )
    unsaid = {"DATA_DIR", "OIDC_CLIENT_SECRET"}  # of the three of OIDC the first that is missing is named
    assert sorted(fault.split()[0] for fault in faults) == sorted(set(NAMES) - unsaid)
    assert 'PORT must be a whole number from 1 to 65535; it is "abc"' in faults
    assert not any("\n" in fault or "hunter2" in fault for fault in faults)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_only_one_process_sees_is_refused(url, tmp_path):
    assert "several processes" in faults_of({"DATABASE_URL": url, "SECRET_KEYS": KEY}, tmp_path)[0]


@pytest.mark.parametrize("place", ["what?", "number#1", "100%", "%41"])
def test_a_data_directory_that_urls_would_cut_or_decode_is_refused(place, tmp_path):
    faults = faults_of({"DATA_DIR": str(tmp_path / place)}, tmp_path)
    assert faults == (f"DATA_DIR must not contain ? # %; it is {tmp_path / place}",)


def test_so_is_one_that_only_the_checkout_made_so(tmp_path, monkeypatch):
    checkout = tmp_path / "C#"
    checkout.mkdir()
    monkeypatch.chdir(checkout)
    with pytest.raises(SettingsError, match="DATA_DIR must not contain"):
        load_settings({})


def test_a_url_with_a_port_that_is_no_number_is_refused(tmp_path):
    assert faults_of({"REDIS_URL": "redis://host:six"}, tmp_path)[0].startswith("REDIS_URL must be a URL")


def test_secret_keys_are_required_with_a_database_of_ones_own(tmp_path):
    (fault,) = faults_of({"DATABASE_URL": "postgresql://db/ringbook"}, tmp_path)
    assert fault.startswith("SECRET_KEYS is required with DATABASE_URL")


def test_secret_keys_may_come_from_the_data_directory(tmp_path):
    create_secret_keys(tmp_path)
    settings = load_settings({"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://db/ringbook"})
    assert settings.secret_keys == read_secret_keys(tmp_path)


def test_a_damaged_key_file_is_told(tmp_path):
    (tmp_path / "secret_keys").write_text("garbage")
    assert f"{tmp_path}/secret_keys must hold Fernet keys" in faults_of({}, tmp_path)[0]


def test_two_servers_cannot_share_a_port(tmp_path):
    assert faults_of({"PORT": "8001"}, tmp_path) == ("PORT and SANDBOX_PORT are both 8001: give each its own",)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RINGBOOK_PORT", "PORT"),
        ("RINGBOOK_DATABASE_URL", "DATABASE_URL"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("REDIS_ULR", "REDIS_URL"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("WEB_THREAD", "WEB_THREADS"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_right_one(name, meant, tmp_path):
    assert faults_of({name: "x"}, tmp_path) == (f"{name} is not a setting: did you mean {meant}?",)


def test_a_name_like_none_of_ours_is_pointed_to_the_list(tmp_path):
    assert faults_of({"RINGBOOK_XYZZY": "x"}, tmp_path) == (
        "RINGBOOK_XYZZY is not a setting: config/env.example lists them all",
    )


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOSTNAME",
        "HOSTS",
        "REDIS_TLS_URL",
        "RINGBOOK_SERVICE_HOST",
        "RINGBOOK_PORT",
        "RINGBOOK_PORT_80_TCP_ADDR",
    ],
)
def test_names_that_belong_to_others_are_left_alone(name, tmp_path):
    load_settings({"DATA_DIR": str(tmp_path), name: "tcp://10.0.0.1:8000"}, dotenv=tmp_path / ".env")


def test_a_near_miss_is_no_fault_where_the_right_name_is_set_too(tmp_path):
    load_settings({"DATA_DIR": str(tmp_path), "WEB_THREADS": "8", "WEB_THREAD": "9"}, dotenv=tmp_path / ".env")


def test_the_environment_wins_over_the_file_and_an_empty_value_counts_as_not_set(tmp_path):
    (tmp_path / ".env").write_text("export PORT='9001'\nLOG_LEVEL=debug # for now\n\n# HOST=x\n")
    settings = load_settings({"PORT": "9002", "LOG_LEVEL": ""}, dotenv=tmp_path / ".env")
    assert (settings.port, settings.log_level) == (9002, "DEBUG")


def test_the_file_may_hold_settings_only(tmp_path):
    (tmp_path / ".env").write_text("FLASK_ENV=production\nPROT=1\nwhat is this\n")
    assert faults_of({}, tmp_path) == (
        f"{tmp_path}/.env line 3 is not NAME=value",
        "FLASK_ENV in .env is not a setting: config/env.example lists them all",
        "PROT in .env is not a setting: did you mean PORT?",
    )


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / ".env").mkdir()
    assert faults_of({}, tmp_path) == (f"{tmp_path}/.env cannot be read: Is a directory",)


def test_a_socket_path_too_long_for_the_system_moves_to_a_short_one_that_stays_the_same(tmp_path):
    deep = tmp_path / ("d" * 120)
    urls = {load_settings({"DATA_DIR": str(deep)}, dotenv=tmp_path / ".env").redis_url for _ in range(2)}
    (url,) = urls
    assert len(url.removeprefix("unix://").removesuffix("?db=0")) <= 107
    assert str(deep) not in url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "http://[::1]:8000"),
        ("box.example", "http://box.example:8000"),
    ],
)
def test_the_local_address_is_one_that_can_be_called(host, url, tmp_path):
    settings = load_settings({"HOST": host}, dotenv=tmp_path / ".env")
    assert settings.local_url == settings.public_url == url


def test_no_secret_shows_in_the_repr(tmp_path):
    settings = load_settings(
        {"DATABASE_URL": "postgresql://u:hunter2@db/x", "REDIS_URL": "redis://:hunter2@h/0", "SECRET_KEYS": KEY},
        dotenv=tmp_path / ".env",
    )
    assert "hunter2" not in repr(settings)
    assert KEY not in repr(settings)


def test_the_key_file_is_private_and_never_replaced(tmp_path):
    assert create_secret_keys(tmp_path) is True
    first = read_secret_keys(tmp_path)
    assert create_secret_keys(tmp_path) is False
    assert read_secret_keys(tmp_path) == first
    assert (tmp_path / "secret_keys").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_keys"]


def test_the_example_file_documents_every_setting_with_its_default(tmp_path):
    text = ENV_EXAMPLE.read_text()
    assert NAMES == NAMES_IN_ORDER
    assert tuple(re.findall(r"^(?:# )?([A-Z_]+)=", text, flags=re.MULTILINE)) == NAMES_IN_ORDER
    assert load_settings({}, dotenv=ENV_EXAMPLE) == load_settings({}, dotenv=tmp_path / "none")


NAMES_IN_ORDER = (
    "HOST", "PORT", "SANDBOX_PORT", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "CALCOM_BASE_URL", "PUBLIC_URL",
    "SECRET_KEYS", "WEB_THREADS", "WORKER_THREADS", "SWEEP_SECONDS", "WEBHOOK_THREADS", "WEBHOOK_NETWORKS",
    "LOG_LEVEL", "TRUSTED_PROXIES", "LIMIT_PER_ADDRESS", "LIMIT_PER_ORGANIZATION", "LIMIT_PER_CONTACT",
    "LIMIT_FAILURES", "RETENTION_DAYS", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET",
)  # fmt: skip
