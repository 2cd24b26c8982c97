"""The doctor: each part is called ok, doubtful or broken, and it says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from app.domain.answers import Result
from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Status
from app.services.diagnose import DatabaseFacts
from app.services.findings import Finding, Level
from tests.services.office import HEALTHY_REDIS, Office
from tests.support.sandbox import SandboxProcess


def bad(office: Office) -> list[Finding]:
    return [finding for finding in office.diagnose() if finding.level is not Level.OK]


def test_all_well(office: Office) -> None:
    office.rivera()
    findings = list(office.diagnose())
    assert {finding.level for finding in findings} == {Level.OK}
    texts = {finding.subject: finding.text for finding in findings}
    assert texts["redis"] == "Valkey 9.1.2 answers."
    assert texts["database"] == "SQLite 3.45.1 answers, at migration 0001."
    assert "celery 5." in texts["versions"]
    assert "ms as rivera (America/New_York)" in texts["account Main …vera"]


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({"redis_version": "6.0.16", "valkey_version": None}, Level.PROBLEM, "Redis 6.0.16 is too old"),
        ({"aof_enabled": 0}, Level.WARNING, "no append-only file"),
        ({"aof_last_write_status": "err"}, Level.PROBLEM, "cannot write"),
        ({"maxmemory_policy": "allkeys-lru", "maxmemory": 1}, Level.PROBLEM, "may throw queued messages away"),
        ({"maxmemory_policy": "volatile-lru"}, Level.WARNING, "may throw queued messages away"),
    ],
)
def test_a_redis_that_may_lose_messages(office: Office, change: dict[str, object], level: Level, words: str) -> None:
    office.connected()
    office.redis_facts = HEALTHY_REDIS | change
    (finding,) = bad(office)
    assert finding.level is level
    assert words in finding.text
    assert finding.advice


def test_a_redis_that_does_not_answer(office: Office) -> None:
    office.connected()
    office.redis_facts = None
    (finding,) = bad(office)
    assert (finding.level, finding.subject) == (Level.PROBLEM, "redis")


@pytest.mark.parametrize(("revision", "words"), [("", "not set up yet"), ("0000", "at migration 0000")])
def test_a_database_that_was_not_migrated(office: Office, revision: str, words: str) -> None:
    office.connected()
    office.database_facts = replace(office.database_facts, revision=revision)
    (finding,) = bad(office)
    assert words in finding.text
    assert finding.advice == "Run ringbook migrate."


def test_a_database_that_cannot_be_reached(office: Office) -> None:
    def fail() -> DatabaseFacts:
        raise StoreUnavailableError("gone")

    findings = list(replace(office.diagnose, database_facts=fail)())
    assert [finding.subject for finding in findings if finding.level is Level.PROBLEM] == ["database"]


def test_an_expired_key(office: Office) -> None:
    _, account = office.connected()
    with office.database.unit() as unit:
        unit.directory.save_account(account, "cal_sandbox_expired")
        unit.commit()
    (finding,) = bad(office)
    assert finding.level is Level.PROBLEM
    assert "does not take its key" in finding.text
    assert f"ringbook account set {account.id} --key-stdin" in finding.advice


def test_an_address_where_something_else_answers(office: Office) -> None:
    _, account = office.connected()
    with office.database.unit() as unit:
        unit.directory.save_account(replace(account, base_url=office.calcom_url.replace("/v2", "/v9")), None)
        unit.commit()
    (finding,) = bad(office)
    assert "is not Cal.com's API (Failed 404" in finding.text


def test_a_cal_com_that_fails(office: Office, calcom: SandboxProcess) -> None:
    office.connected()
    calcom.faults(["unavailable"])
    (finding,) = bad(office)
    assert finding.level is Level.PROBLEM
    assert "gives no answer" in finding.text


def test_a_key_that_no_secret_key_opens(office: Office) -> None:
    office.connected()
    office.secret_keys = [Fernet.generate_key().decode()]
    office.open()
    (finding,) = bad(office)
    assert "cannot be read" in finding.text


def test_no_account_yet(office: Office) -> None:
    (finding,) = bad(office)
    assert (finding.level, finding.subject) == (Level.WARNING, "accounts")


def test_a_key_that_travels_in_clear(office: Office) -> None:
    _, account = office.connected()
    with office.database.unit() as unit:
        unit.directory.save_account(replace(account, base_url="http://cal.invalid/v2"), None)
        unit.commit()
    assert [finding.level for finding in bad(office)] == [Level.PROBLEM, Level.WARNING]
    assert "unencrypted" in bad(office)[1].text


def test_a_due_job_that_nobody_takes(office: Office) -> None:
    office.connected()
    office.add_job()
    office.later(61)
    (finding,) = bad(office)
    assert (finding.level, finding.text) == (Level.PROBLEM, "A job has been due for 61 seconds.")


def test_jobs_whose_outcome_nobody_knows(office: Office) -> None:
    office.connected()
    office.ended(Status.FAILED, Result.OUTCOME_UNKNOWN)
    office.ended(Status.FAILED, Result.SLOT_TAKEN)
    (finding,) = bad(office)
    assert finding.level is Level.WARNING
    assert "Of 1 failed" in finding.text
