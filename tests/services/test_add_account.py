"""Cal.com accounts: the key is tried before anything is saved, and the same account is added once."""

from __future__ import annotations

import pytest

from app.domain.answers import Result
from app.domain.errors import CalendarError, RefusedError, UnknownNameError
from app.domain.outcomes import Failed, RetryLater
from tests.services.office import EXPIRED_KEY, NOW, RIVERA_KEY, Office
from tests.support.sandbox import SandboxProcess

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_an_account_is_saved_with_what_cal_com_says_of_its_owner(office: Office) -> None:
    clinic = office.clinic()
    account = office.add_account(org_id=clinic.id, api_key=f"{RIVERA_KEY}\n", name="Main")
    assert (account.username, account.time_zone) == ("rivera", "America/New_York")
    assert (account.base_url, account.key_last4) == (office.calcom_url, "vera")
    assert (account.settle_seconds, account.created_at) == (130.0, NOW)
    assert office.show_account(account.id) == account
    assert office.key_of(account) == RIVERA_KEY


def test_without_a_name_it_is_called_as_its_owner(office: Office) -> None:
    assert office.add_account(org_id=office.clinic().id, api_key=RIVERA_KEY).name == "rivera"


def test_the_first_account_of_an_organization_is_its_primary_one(office: Office) -> None:
    clinic, first = office.connected()
    office.add_account(org_id=clinic.id, api_key="cal_sandbox_anna", name="Anna")
    assert office.show_organization(clinic.id).organization.primary_account_id == first.id


@pytest.mark.parametrize("key", ["cal_sandbox_wrong", EXPIRED_KEY])
def test_a_key_that_cal_com_does_not_take_saves_nothing(office: Office, key: str) -> None:
    clinic = office.clinic()
    with pytest.raises(CalendarError) as fault:
        office.add_account(org_id=clinic.id, api_key=key)
    assert isinstance(fault.value.outcome, Failed)
    assert fault.value.outcome.result is Result.UPSTREAM_KEY
    assert key not in str(fault.value)
    assert office.list_accounts() == []
    assert office.show_organization(clinic.id).organization.primary_account_id is None


def test_an_address_where_nobody_answers_saves_nothing(office: Office) -> None:
    with pytest.raises(CalendarError) as fault:
        office.add_account(org_id=office.clinic().id, api_key=RIVERA_KEY, base_url="http://127.0.0.1:1/v2")
    assert isinstance(fault.value.outcome, RetryLater)
    assert office.list_accounts() == []


@pytest.mark.parametrize("name", ["Main", ""])
def test_adding_the_same_again_changes_nothing(office: Office, name: str) -> None:
    clinic = office.clinic()
    first = office.add_account(org_id=clinic.id, api_key=RIVERA_KEY, name=name)
    office.later(60)
    assert office.add_account(org_id=clinic.id, api_key=RIVERA_KEY, name=name) == first
    assert office.list_accounts() == [first]


def test_adding_the_same_again_works_while_cal_com_is_down(office: Office, calcom: SandboxProcess) -> None:
    clinic, first = office.connected()
    calls = len(calcom.journal())
    assert office.add_account(org_id=clinic.id, api_key=RIVERA_KEY, name="Main") == first
    assert len(calcom.journal()) == calls


def test_a_taken_name_with_another_key_or_address_is_refused(office: Office) -> None:
    clinic, first = office.connected()
    with pytest.raises(RefusedError) as refusal:
        office.add_account(org_id=clinic.id, api_key="cal_sandbox_anna", name="Main")
    assert "another key" in refusal.value.fields["name"]
    with pytest.raises(RefusedError):
        office.add_account(org_id=clinic.id, api_key=RIVERA_KEY, name="Main", base_url="https://api.cal.com/v2")
    assert office.list_accounts() == [first]
    assert office.key_of(first) == RIVERA_KEY


@pytest.mark.parametrize(
    "url",
    ["api.cal.com/v2", "ftp://cal.com", "https://", "https://u:p@cal.com/v2", "https://cal.com/v2?a=b", "http://a:b/"],
)
def test_an_address_is_host_port_and_path_only(office: Office, url: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        office.add_account(org_id=office.clinic().id, api_key=RIVERA_KEY, base_url=url)
    assert list(refusal.value.fields) == ["base_url"]


@pytest.mark.parametrize(
    "key", ["", "   ", "cal_1", "two words here", "line\nbreak-in-it", "käse-käse-käse", "x" * 501]
)
def test_what_can_be_no_key_is_refused_without_being_repeated(office: Office, key: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        office.add_account(org_id=office.clinic().id, api_key=key)
    assert list(refusal.value.fields) == ["key"]
    assert not key.strip() or key not in refusal.value.fields["key"]


def test_an_unknown_organization_is_refused_before_cal_com_is_asked(office: Office, calcom: SandboxProcess) -> None:
    calls = len(calcom.journal())
    with pytest.raises(UnknownNameError):
        office.add_account(org_id=NOBODY, api_key=RIVERA_KEY)
    assert len(calcom.journal()) == calls
