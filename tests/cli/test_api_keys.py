"""`ringbook apikey`."""

from __future__ import annotations

from app.cli.api_keys import command as apikey
from tests.cli.console import ask, refusal, run
from tests.services.office import Office


def test_a_key_is_shown_when_it_is_made_and_never_again(office: Office) -> None:
    clinic = office.clinic()
    made = ask(office, apikey, "add", "--org", clinic.id, "--name", "Platform", "--days", "30")
    assert made["key"].startswith("rbk_")
    assert (made["scope"], made["org_id"], made["name"]) == ("org", clinic.id, "Platform")
    assert made["created_at"] == "2026-11-23T14:00:00Z"
    assert made["expires_at"] == "2026-12-23T14:00:00Z"

    (listed,) = ask(office, apikey, "list")
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert made["key"] not in run(office, apikey, "list", "--org", clinic.id).output


def test_an_admins_key_stands_on_a_line_of_its_own(office: Office) -> None:
    result = run(office, apikey, "add", "--admin")
    assert result.stdout.splitlines()[0].startswith("key         rbk_admin_")
    assert "only time" in result.stderr


def test_a_key_is_revoked_by_its_id(office: Office) -> None:
    made = ask(office, apikey, "add", "--admin")
    assert ask(office, apikey, "revoke", made["id"])["revoked_at"] == "2026-11-23T14:00:00Z"
    assert refusal(office, apikey, "revoke", "key_0") == "Error: There is no API key key_0."


def test_a_key_is_for_one_organization_or_for_an_admin_and_for_ten_years_at_most(office: Office) -> None:
    for words in ([], ["--admin", "--org", office.clinic().id]):
        assert run(office, apikey, "add", *words).exit_code == 2
    for days in ("0", "3651", "9" * 20):
        assert run(office, apikey, "add", "--admin", "--days", days).exit_code == 2
    assert ask(office, apikey, "list") == []
