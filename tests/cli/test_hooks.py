"""`ringbook account connect`: made, renewed and removed by one command, and its secret never shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from app.cli.accounts import command as account
from app.services.findings import Finding, Level
from tests.cli.console import ask, refusal, run
from tests.services.office import PUBLIC_URL, RIVERA_KEY, UNREACHABLE_URL, Office
from tests.support.sandbox import SandboxProcess


def hook_finding(office: Office) -> Finding:
    judge = office.diagnose.judge_account
    reached = replace(judge, judge_hook=replace(judge.judge_hook, public_url=PUBLIC_URL))
    findings = replace(office.diagnose, judge_account=reached)()
    (finding,) = [finding for finding in findings if finding.subject.startswith("webhook of ")]
    return finding


def test_the_hook_is_made_renewed_and_removed_and_its_secret_never_shown(
    office: Office, calcom: SandboxProcess
) -> None:
    _, saved = office.connected()
    url = f"{PUBLIC_URL}/api/v1/calcom/webhooks/{saved.id}"
    secrets = set()
    for words in ((), ("--new-secret",)):
        result = run(office, account, "connect", saved.id, *words)
        (hook,) = calcom.state()["webhooks"]
        secrets.add(hook["secret"])
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0] == f"webhook                {url}"
        assert not any(secret in result.output for secret in secrets)
    assert len(secrets) == 2
    assert ask(office, account, "connect", saved.id, "--remove") == {"webhook": None, "webhook_registered_at": None}
    assert calcom.state()["webhooks"] == []


def test_an_address_cal_com_cannot_reach_is_one_clear_line(office: Office) -> None:
    _, saved = office.connected()
    office.cases = replace(office.cases, connect_hook=replace(office.connect_hook, public_url=UNREACHABLE_URL))
    line = refusal(office, account, "connect", saved.id)
    assert line == f"Error: PUBLIC_URL: Cal.com cannot reach {UNREACHABLE_URL}: it must be an https address."


def test_an_account_is_added_even_where_its_hook_cannot_be(office: Office, calcom: SandboxProcess) -> None:
    clinic = office.clinic()
    words = ("add", "--org", clinic.id, "--key-stdin", "--name")
    calcom.faults([{"fault": "server_error", "match": {"path": "/v2/webhooks"}}])
    failed = run(office, account, *words, "One", stdin=RIVERA_KEY)
    office.cases = replace(office.cases, connect_hook=replace(office.connect_hook, public_url=UNREACHABLE_URL))
    refused = run(office, account, *words, "Two", stdin=RIVERA_KEY)

    assert (failed.exit_code, refused.exit_code) == (0, 0)
    assert "Note: Cal.com did not take the webhook" in failed.stderr
    assert "found by sweeps" in refused.stderr
    assert len(office.list_accounts()) == 2
    assert calcom.state()["webhooks"] == []


def test_a_new_key_has_the_hook_made_at_its_owner(office: Office, calcom: SandboxProcess) -> None:
    _, saved = office.connected()
    office.connect_hook(saved.id)
    before = calcom.state()["webhooks"]
    assert run(office, account, "set", saved.id, "--key-stdin", stdin="cal_sandbox_anna").exit_code == 0
    hooks = calcom.state()["webhooks"]
    assert {hook["subscriber_url"] for hook in hooks} == {before[0]["subscriber_url"]}
    assert len({hook["user_id"] for hook in hooks}) == 2


def test_removing_and_renewing_at_once_is_a_mistake(office: Office) -> None:
    _, saved = office.connected()
    assert run(office, account, "connect", saved.id, "--remove", "--new-secret").exit_code == 2


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("none", "Cal.com tells of its bookings at"),
        ("never", "None: changes made in Cal.com are found late"),
        ("deleted", "Cal.com does not have it any more"),
        ("unconfirmed", "has not confirmed its newest secret"),
        ("down", "Cal.com does not tell its webhooks"),
    ],
)
def test_the_doctor_tells_whether_cal_com_tells_us(
    office: Office, calcom: SandboxProcess, damage: str, words: str
) -> None:
    _, saved = office.connected()
    if damage != "never":
        office.connect_hook(saved.id)
    if damage == "deleted":
        calcom.reset()
    if damage == "unconfirmed":
        with office.database.unit() as unit:
            hook = unit.hooks.get(saved.id)
            assert hook is not None
            unit.hooks.save(replace(hook, registered_at=None))
            unit.commit()
    if damage == "down":
        calcom.faults([{"fault": "server_error", "match": {"path": "/v2/webhooks"}}])
    finding = hook_finding(office)
    assert words in finding.text
    assert finding.level is (Level.OK if damage == "none" else Level.WARNING)
    assert bool(finding.advice) is (damage != "none")


def test_the_help_needs_no_database() -> None:
    result = CliRunner().invoke(account, ["connect", "--help"])
    assert result.exit_code == 0
    assert "--new-secret" in result.output
