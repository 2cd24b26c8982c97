"""Changing a Cal.com account: a new key or address is tried first; secret keys can be rotated under it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from app.domain.answers import Result
from app.domain.errors import CalendarError, RefusedError, StoreUnavailableError
from app.services.change_account import AccountChange
from tests.services.office import ANNA_KEY, EXPIRED_KEY, RIVERA_KEY, Office
from tests.support.sandbox import SandboxProcess


def test_a_new_key_is_saved_with_what_it_tells_of_its_owner(office: Office) -> None:
    _, account = office.connected()
    changed = office.change_account(account.id, AccountChange(api_key=ANNA_KEY))
    assert (changed.username, changed.key_last4, changed.name) == ("anna", "anna", "Main")
    assert office.show_account(account.id) == changed
    assert office.key_of(changed) == ANNA_KEY


def test_a_new_key_ends_the_trouble_there_was_with_the_one_before(office: Office) -> None:
    _, account = office.connected()
    with office.database.unit() as unit:
        unit.sweeps.enroll(next_at=office.now, since=office.now - timedelta(days=1))
        sweep = unit.sweeps.claim(account.id, now=office.now, lease_until=office.now + timedelta(minutes=1))
        assert sweep is not None
        unit.sweeps.finish(
            sweep, swept_until=sweep.swept_until, failures=9, next_at=office.now, trouble=Result.UPSTREAM_KEY
        )
        unit.commit()
    office.change_account(account.id, AccountChange(name="Front desk"))
    with office.database.reading_unit() as unit:
        assert len(unit.overview.accounts_in_trouble(limit=9)) == 1
    office.change_account(account.id, AccountChange(api_key=ANNA_KEY))
    with office.database.reading_unit() as unit:
        assert unit.overview.accounts_in_trouble(limit=9) == []


def test_a_key_that_does_not_work_leaves_the_old_one(office: Office) -> None:
    _, account = office.connected()
    with pytest.raises(CalendarError):
        office.change_account(account.id, AccountChange(api_key=EXPIRED_KEY, name="Other"))
    assert office.show_account(account.id) == account
    assert office.key_of(account) == RIVERA_KEY


def test_another_address_is_tried_with_the_stored_key(office: Office) -> None:
    _, account = office.connected()
    with pytest.raises(CalendarError):
        office.change_account(account.id, AccountChange(base_url="http://127.0.0.1:1/v2"))
    assert office.show_account(account.id).base_url == office.calcom_url


def test_a_name_and_a_settle_time_need_no_answer_from_cal_com(office: Office, calcom: SandboxProcess) -> None:
    _, account = office.connected()
    calls = len(calcom.journal())
    changed = office.change_account(account.id, AccountChange(name="Front desk", settle_seconds=45.0))
    assert (changed.name, changed.settle_seconds) == ("Front desk", 45.0)
    assert office.key_of(changed) == RIVERA_KEY
    assert len(calcom.journal()) == calls


@pytest.mark.parametrize("seconds", [0.0, -1.0, 3601.0, float("nan"), float("inf")])
def test_a_settle_time_has_bounds(office: Office, seconds: float) -> None:
    _, account = office.connected()
    with pytest.raises(RefusedError):
        office.change_account(account.id, AccountChange(settle_seconds=seconds))


def test_the_name_of_another_account_is_refused(office: Office) -> None:
    clinic, account = office.connected()
    office.add_account(org_id=clinic.id, api_key=ANNA_KEY, name="Anna")
    with pytest.raises(RefusedError):
        office.change_account(account.id, AccountChange(name="Anna"))


def test_another_account_can_become_the_primary_one(office: Office) -> None:
    clinic, _ = office.connected()
    anna = office.add_account(org_id=clinic.id, api_key=ANNA_KEY, name="Anna")
    office.change_account(anna.id, AccountChange(primary=True))
    assert office.show_organization(clinic.id).organization.primary_account_id == anna.id


def test_after_a_rotation_the_old_secret_key_can_go(office: Office) -> None:
    _, account = office.connected()
    old = office.secret_keys[0]
    office.secret_keys = [Fernet.generate_key().decode(), old]
    office.open()
    assert office.rotate_keys() == 1
    office.secret_keys = office.secret_keys[:1]
    office.open()
    assert office.key_of(account) == RIVERA_KEY


def test_a_rotation_that_cannot_read_a_key_changes_none(office: Office) -> None:
    _, account = office.connected()
    old = office.secret_keys[0]
    office.secret_keys = [Fernet.generate_key().decode()]
    office.open()
    with pytest.raises(StoreUnavailableError):
        office.rotate_keys()
    office.secret_keys = [old]
    office.open()
    assert office.key_of(account) == RIVERA_KEY
