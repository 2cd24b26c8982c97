"""`ringbook doctor`: one line a part, what to do about it, and exit code 1 where something does not work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from app.cli.doctor import command as doctor
from app.cli.organizations import command as organizations
from tests.cli.console import ask, run
from tests.services.office import Office


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://ringbook:hunter2@db.example/ringbook?password=hunter3")
    monkeypatch.setenv("REDIS_URL", "rediss://:hunter4@redis.example:6380/1")
    monkeypatch.setenv("SECRET_KEYS", Fernet.generate_key().decode())
    monkeypatch.setenv("CALCOM_BASE_URL", "https://api.cal.com/v2")


def test_all_well_ends_with_code_0(office: Office) -> None:
    office.connected()
    result = run(office, doctor)
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}


def test_passwords_and_keys_are_not_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Fernet.generate_key().decode()
    monkeypatch.setenv("SECRET_KEYS", key)
    office.connected()
    text = run(office, doctor).output
    assert not any(secret in text for secret in ("hunter2", "hunter3", "hunter4", key, "cal_sandbox"))
    assert "postgresql+psycopg://ringbook@db.example/ringbook." in text
    assert "rediss://redis.example:6380/1." in text


def test_a_problem_ends_with_code_1_and_says_what_to_do(office: Office) -> None:
    office.connected()
    office.redis_facts = None
    result = run(office, doctor)
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("problem")]
    assert line.endswith("Start it (ringbook up brings its own), or correct REDIS_URL.")


def test_a_warning_alone_ends_with_code_0(office: Office) -> None:
    assert {finding["level"] for finding in ask(office, doctor)} == {"ok", "warning"}


def test_the_document_is_whole_even_with_a_problem(office: Office) -> None:
    office.redis_facts = None
    result = run(office, doctor, "--json")
    assert result.exit_code == 1
    assert {"level", "subject", "text", "advice"} == set(json.loads(result.stdout)[0])


def test_settings_that_cannot_be_used_are_problems_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("REDIS_URL", "http://redis.example")
    result = run(office, doctor, "--json")
    assert result.exit_code == 1
    faults = json.loads(result.stdout)
    assert [fault["level"] for fault in faults] == ["problem", "problem"]


def test_before_the_first_start_there_is_no_secret_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SECRET_KEYS"):
        monkeypatch.delenv(name)
    (finding,) = [finding for finding in json.loads(run(office, doctor, "--json").stdout) if finding["level"] != "ok"]
    assert (finding["level"], finding["text"]) == ("problem", "There is no secret key yet.")
    result = CliRunner().invoke(organizations, ["list"])
    assert result.exit_code == 1
    assert result.stderr == "Error: There is no secret key yet. Run ringbook up once: it makes one.\n"
