"""API keys come back as saved, are found by their hash alone, and say when they were used, to the minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.api_keys import ApiKey, Scope
from app.domain.directory import Organization
from app.domain.errors import StoreUnavailableError
from app.storage.database import Database
from tests.storage.rows import NOW, SECOND

CLINIC = Organization(id="org", name="Clinic", created_at=NOW)
OF_CLINIC = ApiKey(
    id="key_1",
    scope=Scope(org_id="org"),
    name="Platform",
    key_hash="5e88",
    ends_with="wxyz",
    created_at=NOW,
    expires_at=NOW + timedelta(days=1),
)
OF_ADMIN = ApiKey(
    id="key_2", scope=Scope(org_id=None), name="Admin", key_hash="6f99", ends_with="abcd", created_at=NOW + SECOND
)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.unit() as unit:
        unit.directory.save_organization(CLINIC)
        unit.api_keys.add(OF_CLINIC)
        unit.api_keys.add(OF_ADMIN)
        unit.commit()
    return database


def test_keys_come_back_as_they_were_added(filled: Database) -> None:
    with filled.reading_unit() as unit:
        assert unit.api_keys.get("key_1") == OF_CLINIC
        assert unit.api_keys.by_hash("6f99") == OF_ADMIN
        assert unit.api_keys.get("key_3") is None
        assert unit.api_keys.by_hash("key_1") is None


def test_all_keys_or_those_of_one_organization_are_listed(filled: Database) -> None:
    with filled.reading_unit() as unit:
        assert unit.api_keys.all() == [OF_CLINIC, OF_ADMIN]
        assert unit.api_keys.all("org") == [OF_CLINIC]
        assert unit.api_keys.all("another") == []


def test_a_key_is_revoked_once(filled: Database) -> None:
    with filled.unit() as unit:
        assert unit.api_keys.revoke("key_1", now=NOW + SECOND)
        assert not unit.api_keys.revoke("key_1", now=NOW + 2 * SECOND)
        assert not unit.api_keys.revoke("key_3", now=NOW)
        unit.commit()
    with filled.reading_unit() as unit:
        assert unit.api_keys.get("key_1") == replace(OF_CLINIC, revoked_at=NOW + SECOND)
        assert unit.api_keys.get("key_2") == OF_ADMIN


def test_the_last_use_is_written_at_most_once_a_minute(filled: Database) -> None:
    with filled.unit() as unit:
        assert unit.api_keys.note_use("key_1", now=NOW)
        assert not unit.api_keys.note_use("key_1", now=NOW + 59 * SECOND)
        assert unit.api_keys.note_use("key_1", now=NOW + 60 * SECOND)
        unit.commit()
    with filled.reading_unit() as unit:
        assert unit.api_keys.get("key_1") == replace(OF_CLINIC, last_used_at=NOW + 60 * SECOND)
        assert unit.api_keys.get("key_2") == OF_ADMIN


def test_two_keys_cannot_have_one_hash(filled: Database) -> None:
    with filled.unit() as unit, pytest.raises((IntegrityError, StoreUnavailableError)):
        unit.api_keys.add(replace(OF_ADMIN, id="key_3"))
