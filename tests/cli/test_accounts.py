"""`ringbook account`: keys come in by standard input or a file, are tried, and are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.accounts import command as account
from tests.cli.console import ask, refusal, run
from tests.services.office import ANNA_KEY, EXPIRED_KEY, RIVERA_KEY, Office


def test_a_key_from_standard_input_is_tried_and_never_shown(office: Office) -> None:
    clinic = office.clinic()
    result = run(office, account, "add", "--org", clinic.id, "--name", "Main", "--key-stdin", stdin=f"{RIVERA_KEY}\n")
    assert result.exit_code == 0
    assert RIVERA_KEY not in result.output
    (saved,) = office.list_accounts()
    assert ask(office, account, "show", saved.id) == {
        "id": saved.id,
        "org_id": clinic.id,
        "agent_id": None,
        "name": "Main",
        "base_url": office.calcom_url,
        "key_last4": "vera",
        "username": "rivera",
        "time_zone": "America/New_York",
        "settle_seconds": 130.0,
        "primary": True,
        "created_at": "2026-11-23T14:00:00Z",
        "disconnected_at": None,
    }


def test_a_key_may_come_from_a_file(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{RIVERA_KEY}\n")
    added = ask(office, account, "add", "--org", office.clinic().id, "--key-file", str(file))
    assert (added["name"], added["key_last4"]) == ("rivera", "vera")


@pytest.mark.parametrize("key", [EXPIRED_KEY, "cal_sandbox_wrong"])
def test_a_wrong_key_is_one_clear_line_and_nothing_is_saved(office: Office, key: str) -> None:
    line = refusal(office, account, "add", "--org", office.clinic().id, "--key-stdin", stdin=key)
    assert line.startswith("Error: Cal.com does not take this key (HTTP 401")
    assert line.endswith("Nothing was saved.")
    assert key not in line
    assert office.list_accounts() == []


def test_a_wrong_address_is_one_clear_line(office: Office) -> None:
    words = ("add", "--org", office.clinic().id, "--key-stdin", "--base-url")
    nobody = refusal(office, account, *words, "http://127.0.0.1:1/v2", stdin=RIVERA_KEY)
    assert nobody == "Error: Cal.com cannot answer now; try again shortly (ConnectionRefusedError). Nothing was saved."
    elsewhere = refusal(office, account, *words, office.calcom_url.replace("/v2", "/v9"), stdin=RIVERA_KEY)
    assert elsewhere == "Error: Cal.com refused (HTTP 404: Cannot GET /v9/me). Nothing was saved."


def test_an_empty_input_is_refused_and_no_key_is_asked_for(office: Office) -> None:
    line = refusal(office, account, "add", "--org", office.clinic().id, "--key-stdin", stdin="")
    assert line == "Error: key: It is too short to be a key."


def test_without_a_key_and_a_person_to_type_it_the_usage_is_explained(office: Office) -> None:
    result = run(office, account, "add", "--org", office.clinic().id, stdin="")
    assert result.exit_code == 2
    assert "--key-stdin or --key-file" in result.stderr


def test_a_key_file_that_is_no_text_is_one_clear_line(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00")
    line = refusal(office, account, "add", "--org", office.clinic().id, "--key-file", str(file))
    assert line == "Error: The key cannot be read."


def test_there_is_no_option_that_puts_a_key_into_the_process_list(office: Office) -> None:
    for verb in ("add", "set"):
        assert "--key TEXT" not in run(office, account, verb, "--help").stdout
    assert run(office, account, "add", "--org", office.clinic().id, "--key", RIVERA_KEY).exit_code == 2


def test_accounts_are_listed_with_the_primary_one_marked(office: Office) -> None:
    clinic, main = office.connected()
    office.add_account(org_id=clinic.id, api_key=ANNA_KEY, name="Anna")
    listed = {each["name"]: each["primary"] for each in ask(office, account, "list", "--org", clinic.id)}
    assert listed == {"Main": True, "Anna": False}
    table = run(office, account, "list").stdout
    assert main.id in table
    assert RIVERA_KEY not in table


def test_a_new_key_of_somebody_else_is_pointed_out(office: Office) -> None:
    _, main = office.connected()
    result = run(office, account, "set", main.id, "--key-stdin", "--json", stdin=ANNA_KEY)
    assert result.stderr == "Note: the key was rivera's, it is anna's now.\n"
    assert office.key_of(main) == ANNA_KEY


def test_name_settle_time_and_primary_are_changed(office: Office) -> None:
    clinic, _ = office.connected()
    anna = office.add_account(org_id=clinic.id, api_key=ANNA_KEY, name="Anna")
    changed = ask(office, account, "set", anna.id, "--name", "Front desk", "--settle", "45", "--primary")
    assert (changed["name"], changed["settle_seconds"], changed["primary"]) == ("Front desk", 45.0, True)


def test_a_change_of_nothing_is_bad_usage(office: Office) -> None:
    _, main = office.connected()
    assert run(office, account, "set", main.id).exit_code == 2
