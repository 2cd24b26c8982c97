"""`ringbook operator`."""

from __future__ import annotations

from app.cli.operators import command as operator
from tests.cli.console import ask, refusal, run
from tests.services.office import Office


def test_an_operator_is_added_with_a_link_and_no_password(office: Office) -> None:
    added = ask(office, operator, "add", "Jane@clinic.example", "--role", "viewer")
    assert (added["name"], added["role"], added["state"]) == ("jane@clinic.example", "viewer", "no password yet")
    assert "/desk/welcome/" in added["link"]
    assert added["link_until"] == "2026-11-24T14:00:00Z"
    listed = run(office, operator, "list").output
    assert "jane@clinic.example" in listed
    assert added["link"] not in listed


def test_a_role_is_changed_and_an_operator_disabled(office: Office) -> None:
    ask(office, operator, "add", "jane")
    assert ask(office, operator, "set", "jane", "--role", "admin")["role"] == "admin"
    assert refusal(office, operator, "set", "jane", "--disable") == "Error: jane is the last admin who may sign in."
    ask(office, operator, "add", "adam", "--role", "admin")
    assert ask(office, operator, "set", "jane", "--disable")["state"] == "disabled"
    assert run(office, operator, "set", "jane").exit_code == 2


def test_a_new_link_is_another_one(office: Office) -> None:
    added = ask(office, operator, "add", "jane")
    assert ask(office, operator, "link", "jane")["link"] != added["link"]
    assert refusal(office, operator, "link", "eve") == "Error: There is no operator eve."


def test_the_first_admin_gets_a_link_as_long_as_nobody_has_a_password(office: Office) -> None:
    assert ask(office, operator, "first")["name"] == "admin"
    assert ask(office, operator, "first")["link"]


def test_all_sessions_of_an_operator_are_ended(office: Office) -> None:
    ask(office, operator, "add", "jane")
    assert ask(office, operator, "sign-out", "jane") == {"name": "jane", "sessions_ended": 0}
