"""API keys: shown once, kept as a hash, opening what they are for until they expire or are revoked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest

from app.domain.api_keys import Scope
from app.domain.errors import ForbiddenError, NotAuthenticatedError, RefusedError, UnknownNameError
from app.services.check_api_key import CheckApiKey
from tests.services.office import NOW, Office
from tests.support.waiting import eventually


@pytest.fixture
def notes() -> Iterator[Executor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def checking(office: Office, notes: Executor) -> CheckApiKey:
    database = office.database
    return CheckApiKey(read_unit=database.reading_unit, open_unit=database.unit, notes=notes, clock=office.clock)


def test_an_organizations_key_opens_that_organization_and_no_other(office: Office, notes: Executor) -> None:
    clinic = office.clinic()
    made = office.add_api_key(org_id=clinic.id.upper(), name="Platform")

    scope = checking(office, notes)(made.secret).scope

    assert scope == Scope(org_id=clinic.id)
    assert (scope.is_admin, scope.covers(clinic.id), scope.covers(str(uuid4()))) == (False, True, False)
    with pytest.raises(ForbiddenError):
        scope.check(str(uuid4()))


def test_an_admins_key_opens_everything(office: Office, notes: Executor) -> None:
    scope = checking(office, notes)(office.add_api_key(org_id=None, name="Ops").secret).scope
    assert (scope.is_admin, scope.covers(office.clinic().id)) == (True, True)


def test_of_a_key_the_hash_and_its_last_four_characters_are_kept(office: Office) -> None:
    made = office.add_api_key(org_id=office.clinic().id, name="Platform")
    (kept,) = office.list_api_keys()
    assert kept == made.api_key
    assert kept.key_hash == hashlib.sha256(made.secret.encode()).hexdigest()
    assert kept.ends_with == made.secret[-4:]
    assert made.secret not in f"{made!r} {kept!r}"


def test_a_key_says_what_it_is_by_its_beginning_and_is_another_each_time(office: Office) -> None:
    clinic = office.clinic()
    first, second = (office.add_api_key(org_id=clinic.id, name="Platform").secret for _ in range(2))
    assert first != second
    assert first.startswith("rbk_")
    assert office.add_api_key(org_id=None, name="Ops").secret.startswith("rbk_admin_")


@pytest.mark.parametrize("change", ["", " ", "rbk_", "x" * 36, "{key}0", "{key}\n", "Bearer {key}", "rbk_admin_{key}"])
def test_what_is_no_key_opens_nothing(office: Office, notes: Executor, change: str) -> None:
    secret = office.add_api_key(org_id=office.clinic().id, name="Platform").secret
    with pytest.raises(NotAuthenticatedError):
        checking(office, notes)(change.replace("{key}", secret))


def test_a_revoked_key_opens_nothing_and_stays_listed(office: Office, notes: Executor) -> None:
    clinic = office.clinic()
    made = office.add_api_key(org_id=clinic.id, name="Old")
    office.later(1)
    kept = office.add_api_key(org_id=clinic.id, name="New")
    check = checking(office, notes)
    assert check(made.secret)

    assert office.revoke_api_key(made.api_key.id).revoked_at == NOW + timedelta(seconds=1)
    office.later(1)
    assert office.revoke_api_key(made.api_key.id).revoked_at == NOW + timedelta(seconds=1)

    with pytest.raises(NotAuthenticatedError):
        check(made.secret)
    assert check(kept.secret)
    assert [key.name for key in office.list_api_keys(clinic.id)] == ["Old", "New"]


def test_a_key_is_revoked_with_blanks_around_its_id(office: Office, notes: Executor) -> None:
    made = office.add_api_key(org_id=office.clinic().id, name="Platform")
    assert office.revoke_api_key(f" {made.api_key.id}\n").revoked_at == NOW
    with pytest.raises(NotAuthenticatedError):
        checking(office, notes)(made.secret)


def test_a_key_opens_until_it_expires(office: Office, notes: Executor) -> None:
    made = office.add_api_key(org_id=None, name="Trial", lasting=timedelta(hours=1))
    check = checking(office, notes)
    office.later(3599)
    assert check(made.secret)
    office.later(1)
    with pytest.raises(NotAuthenticatedError):
        check(made.secret)


def test_the_last_use_is_noted_once_a_minute(office: Office, notes: Executor) -> None:
    made = office.add_api_key(org_id=None, name="Ops")
    check = checking(office, notes)
    check(made.secret)
    eventually(lambda: office.list_api_keys()[0].last_used_at == NOW)

    office.later(59)
    check(made.secret)
    office.later(1)
    check(made.secret)

    eventually(lambda: office.list_api_keys()[0].last_used_at == NOW + timedelta(seconds=60))


def test_noting_the_use_holds_nobody_up_and_is_handed_over_once(office: Office, notes: Executor) -> None:
    made, release = office.add_api_key(org_id=None, name="Ops"), Event()
    check = checking(office, notes)
    notes.submit(release.wait, 20)
    for _ in range(5):
        assert check(made.secret).scope.is_admin
    assert notes._work_queue.qsize() == 1  # type: ignore[attr-defined]
    release.set()


def test_a_note_that_cannot_be_written_fails_no_request(office: Office, notes: Executor) -> None:
    made = office.add_api_key(org_id=None, name="Ops")
    database = office.database
    check = CheckApiKey(
        read_unit=database.reading_unit, open_unit=database.reading_unit, notes=notes, clock=office.clock
    )
    assert check(made.secret).scope.is_admin
    notes.shutdown(wait=True)
    assert office.list_api_keys()[0].last_used_at is None


def test_a_key_needs_a_name_an_organization_that_exists_and_some_time(office: Office) -> None:
    with pytest.raises(UnknownNameError):
        office.add_api_key(org_id=str(uuid4()), name="Platform")
    with pytest.raises(RefusedError):
        office.add_api_key(org_id=None, name=" ")
    for lasting in (timedelta(), timedelta(days=3651)):
        with pytest.raises(RefusedError):
            office.add_api_key(org_id=None, name="Ops", lasting=lasting)
    with pytest.raises(UnknownNameError):
        office.revoke_api_key("key_0")
    assert office.list_api_keys() == []
