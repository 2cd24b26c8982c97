"""`ringbook org`."""

from __future__ import annotations

from app.cli.organizations import command as org
from app.domain.caller_secrets import SecretKind
from tests.cli.console import ask, refusal, run
from tests.services.office import Office

ORG = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"


def test_an_organization_is_added_under_the_given_id_once(office: Office) -> None:
    wanted = {
        "id": ORG,
        "name": "Clinic",
        "primary_account_id": None,
        "verified_only": False,
        "contact_match": False,
        "created_at": "2026-11-23T14:00:00Z",
    }
    assert ask(office, org, "add", "--id", ORG.upper(), "Clinic") == wanted
    assert ask(office, org, "add", "--id", ORG, "Clinic") == wanted
    assert refusal(office, org, "add", "--id", ORG, "Dentist") == (
        f"Error: id: {ORG} is taken: it is the organization Clinic."
    )
    assert ask(office, org, "list") == [wanted]


def test_a_table_is_plain_where_no_person_is_looking(office: Office) -> None:
    office.add_organization(id=ORG, name="Praxis [bold]Müller 東京")
    header, row = run(office, org, "list").stdout.splitlines()
    assert header.split() == ["id", "name", "primary", "account", "created"]
    assert row.startswith(f"{ORG}  Praxis [bold]Müller 東京  ")
    assert "\x1b" not in row


def test_an_empty_list_says_so(office: Office) -> None:
    assert run(office, org, "list").stdout == "There is no organization yet.\n"
    assert ask(office, org, "list") == []


def test_one_is_shown_with_all_that_belongs_to_it(office: Office) -> None:
    agent = office.rivera()
    shown = ask(office, org, "show", agent.org_id)
    assert [account["name"] for account in shown["accounts"]] == ["Main"]
    assert shown["agents"] == [{"id": agent.id, "name": "Dr. Rivera"}]
    assert f"{agent.id}  Dr. Rivera" in run(office, org, "show", agent.org_id).stdout


def test_its_demands_on_callers_are_switched_on_and_off(office: Office) -> None:
    clinic = office.clinic()
    office.add_caller_secret(clinic.id, SecretKind.SHARED)
    on = ask(office, org, "set", clinic.id, "--verified-only", "--contact-match")
    assert (on["verified_only"], on["contact_match"]) == (True, True)
    off = ask(office, org, "set", clinic.id, "--anybody")
    assert (off["verified_only"], off["contact_match"]) == (False, True)


def test_who_has_no_secret_cannot_lock_everybody_out(office: Office) -> None:
    refused = refusal(office, org, "set", office.clinic().id, "--verified-only")
    assert refused == "Error: verified_only: It has no caller secret yet. Make one: ringbook org secret new."


def test_one_is_renamed(office: Office) -> None:
    assert ask(office, org, "set", office.clinic().id, "--name", "Dentist")["name"] == "Dentist"


def test_an_unknown_one_is_one_clear_line(office: Office) -> None:
    assert refusal(office, org, "show", ORG) == f"Error: There is no organization {ORG}."
    assert refusal(office, org, "show", "clinic").startswith("Error: org: 'clinic' is not a UUID")


def test_bad_usage_ends_with_code_2(office: Office) -> None:
    clinic = office.clinic()
    assert run(office, org, "set", clinic.id).exit_code == 2
    assert run(office, org, "add").exit_code == 2
