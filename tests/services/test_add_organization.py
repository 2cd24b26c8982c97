"""Organizations: added once under an id, renamed, and given a secret for their verified callers."""

from __future__ import annotations

import pytest

from app.domain.errors import RefusedError, UnknownNameError
from tests.services.office import NOW, Office

UPPER = "1268C1F0-19F3-47DB-AEFB-C16A7C3ACE6E"
LOWER = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"


def test_without_an_id_each_organization_gets_its_own(office: Office) -> None:
    first, second = office.add_organization(name="Clinic"), office.add_organization(name="Clinic")
    assert first.id != second.id
    assert [each.id for each in office.list_organizations()] in ([first.id, second.id], [second.id, first.id])
    assert first.created_at == NOW


def test_an_id_is_kept_in_lower_case(office: Office) -> None:
    assert office.add_organization(id=UPPER, name=" Clinic ").id == LOWER
    assert office.show_organization(UPPER).organization.name == "Clinic"


def test_adding_the_same_again_changes_nothing(office: Office) -> None:
    first = office.add_organization(id=LOWER, name="Clinic")
    office.later(60)
    assert office.add_organization(id=UPPER, name="Clinic") == first
    assert len(office.list_organizations()) == 1


def test_a_taken_id_under_another_name_is_refused(office: Office) -> None:
    office.add_organization(id=LOWER, name="Clinic")
    with pytest.raises(RefusedError) as refusal:
        office.add_organization(id=LOWER, name="Dentist")
    assert refusal.value.fields == {"id": f"{LOWER} is taken: it is the organization Clinic."}
    assert office.show_organization(LOWER).organization.name == "Clinic"


@pytest.mark.parametrize("text", ["", "clinic", LOWER[:-1], LOWER + "0", "{" + LOWER + "}", LOWER.replace("-", "")])
def test_what_is_no_uuid_is_refused(office: Office, text: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        office.add_organization(id=text, name="Clinic")
    assert list(refusal.value.fields) == ["id"]
    assert office.list_organizations() == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "Cli\nnic", "Cli\x1b[31mnic"])
def test_a_name_is_one_printable_line(office: Office, name: str) -> None:
    with pytest.raises(RefusedError):
        office.add_organization(name=name)
    assert office.list_organizations() == []


def test_an_organization_can_be_renamed(office: Office) -> None:
    clinic = office.clinic()
    office.change_organization(clinic.id, name="Dentist")
    assert office.show_organization(clinic.id).organization.name == "Dentist"


def test_an_unknown_organization_is_said_to_be_unknown(office: Office) -> None:
    with pytest.raises(UnknownNameError, match=f"There is no organization {LOWER}"):
        office.change_organization(LOWER, name="Dentist")
    with pytest.raises(UnknownNameError):
        office.list_accounts(LOWER)
    with pytest.raises(UnknownNameError):
        office.list_agents(LOWER)
