"""`ringbook org secret`."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from app.cli.organizations import command as org
from app.domain.caller_secrets import Proof, is_proven
from tests.cli.console import ask, refusal, run
from tests.services.office import Office


def proven(office: Office, org_id: str, text: str) -> bool:
    with office.database.reading_unit() as unit:
        return is_proven(Proof(secret=text), unit.caller_secrets.of_organization(org_id), office.now)


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(office: Office) -> None:
    clinic = office.clinic()
    made = ask(office, org, "secret", "new", clinic.id)
    assert len(made["secret"]) == 43
    (listed,) = ask(office, org, "secret", "list", clinic.id)
    assert listed == {"id": made["id"], "kind": "shared", "created_at": "2026-11-23T14:00:00Z", "ends_at": None}
    assert proven(office, clinic.id, made["secret"])
    assert made["secret"].encode() not in b"".join(path.read_bytes() for path in office.files())


def test_a_signing_secret_is_kept_encrypted(office: Office) -> None:
    clinic = office.clinic()
    made = ask(office, org, "secret", "new", clinic.id, "--signing")
    assert made["kind"] == "signing"
    assert made["secret"].encode() not in b"".join(path.read_bytes() for path in office.files())
    with office.database.reading_unit() as unit:
        (kept,) = unit.caller_secrets.of_organization(clinic.id)
    assert kept.kept == made["secret"]


def test_the_one_before_holds_on_for_as_long_as_told(office: Office) -> None:
    clinic = office.clinic()
    first, second = (ask(office, org, "secret", "new", clinic.id, "--overlap", "2")["secret"] for _ in range(2))
    assert proven(office, clinic.id, first)
    assert [each["ends_at"] for each in ask(office, org, "secret", "list", clinic.id)] == ["2026-11-23T16:00:00Z", None]
    office.later(2 * 3600)
    assert not proven(office, clinic.id, first)
    assert proven(office, clinic.id, second)


def test_there_are_never_more_than_two_of_a_kind(office: Office) -> None:
    clinic = office.clinic()
    first, second, third = (ask(office, org, "secret", "new", clinic.id)["secret"] for _ in range(3))
    assert [proven(office, clinic.id, each) for each in (first, second, third)] == [False, True, True]


def test_without_an_overlap_the_one_before_ends_at_once(office: Office) -> None:
    clinic = office.clinic()
    first = ask(office, org, "secret", "new", clinic.id)["secret"]
    ask(office, org, "secret", "new", clinic.id, "--overlap", "0")
    assert not proven(office, clinic.id, first)


@pytest.mark.parametrize("hours", ["-1", "721", "9" * 20])
def test_the_one_before_holds_for_a_month_at_most(office: Office, hours: str) -> None:
    assert run(office, org, "secret", "new", office.clinic().id, "--overlap", hours).exit_code == 2


def test_one_is_taken_back(office: Office) -> None:
    clinic, other = office.clinic(), office.add_organization(name="Other")
    made = ask(office, org, "secret", "new", clinic.id)
    assert "has no caller secret" in refusal(office, org, "secret", "revoke", other.id, made["id"])
    assert run(office, org, "secret", "revoke", clinic.id, made["id"]).stdout == "It proves nothing any more.\n"
    assert not proven(office, clinic.id, made["secret"])
    assert run(office, org, "secret", "list", clinic.id).stdout == "It has no caller secret: nobody is verified.\n"


def test_a_rotation_of_the_secret_keys_takes_signing_secrets_along(office: Office) -> None:
    clinic = office.clinic()
    made = ask(office, org, "secret", "new", clinic.id, "--signing")
    office.secret_keys.insert(0, Fernet.generate_key().decode())
    office.open()
    assert office.rotate_keys() == 1
    office.secret_keys.pop()
    office.open()
    with office.database.reading_unit() as unit:
        (kept,) = unit.caller_secrets.of_organization(clinic.id)
    assert kept.kept == made["secret"]
