"""Organizations, accounts and agents come back as saved; keys are readable only with a secret key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from app.domain.directory import Access, Account, Agent, Organization
from app.domain.errors import StoreUnavailableError
from app.domain.event_types import BookingField, EventType
from app.storage.database import Database
from app.storage.engines import parse_url
from tests.storage.rows import NOW, SECOND

API_KEY = "cal_live_0123456789abcdef"
CLINIC = Organization(id="org", name="Clinic", created_at=NOW, verified_only=True, contact_match=True)
ACCOUNT = Account(
    id="account",
    org_id="org",
    name="Front desk",
    base_url="https://api.cal.com",
    key_last4="cdef",
    username="clinic",
    time_zone="Europe/Berlin",
    created_at=NOW,
    settle_seconds=30.5,
)
AGENT = Agent(
    id="agent",
    org_id="org",
    name="Dr. Rivera",
    account_id="account",
    event_type=EventType(
        id=101,
        slug="consultation",
        title="Consultation",
        length_minutes=30,
        length_options=(15, 30),
        fields=(BookingField(slug="reason", type="select", required=True, options=("new", "old")),),
        needs_confirmation=True,
        scheduling="roundRobin",
    ),
    created_at=NOW,
    time_zone="America/New_York",
    language="es",
    wait_seconds=4.5,
    always_200=True,
    placeholder_email="{digits}@example.org",
    phone_country="US",
    field_answers={"reason": "new"},
)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.unit() as unit:
        unit.directory.save_organization(CLINIC)
        unit.directory.save_account(ACCOUNT, API_KEY)
        unit.directory.save_agent(AGENT)
        unit.commit()
    return database


def access(database: Database, account_id: str = "account") -> Access | None:
    with database.reading_unit() as unit:
        return unit.directory.access(account_id)


def encrypted(database_url: str) -> str:
    engine = create_engine(parse_url(database_url))
    with engine.connect() as connection:
        stored = str(connection.scalar(text("SELECT encrypted_key FROM accounts WHERE id = 'account'")))
    engine.dispose()
    return stored


def test_records_come_back_as_they_were_saved(filled: Database) -> None:
    with filled.reading_unit() as unit:
        assert unit.directory.organization("org") == CLINIC
        assert unit.directory.account("account") == ACCOUNT
        assert unit.directory.agent("agent") == AGENT
        assert unit.directory.organization("x") is None
        assert unit.directory.account("x") is None
        assert unit.directory.agent("x") is None


@pytest.mark.parametrize(
    ("own", "primary", "booked_with"),
    [("account", None, ACCOUNT), (None, "account", ACCOUNT), ("account", "x", ACCOUNT), (None, None, None)],
)
def test_an_agent_comes_with_its_organization_and_the_account_it_books_with(
    filled: Database, own: str | None, primary: str | None, booked_with: Account | None
) -> None:
    clinic, agent = replace(CLINIC, primary_account_id=primary), replace(AGENT, account_id=own)
    with filled.unit() as unit:
        unit.directory.save_organization(clinic)
        unit.directory.save_agent(agent)
        unit.commit()
    with filled.reading_unit() as unit:
        assert unit.directory.line_of("org", "agent") == (agent, clinic, booked_with)
        assert unit.directory.line_of("x", "agent") is None
        assert unit.directory.line_of("org", "x") is None


def test_saving_again_changes_the_record(filled: Database) -> None:
    clinic = replace(CLINIC, name="Clinic North", primary_account_id="account")
    account = replace(ACCOUNT, username="north")
    agent = replace(AGENT, account_id=None, always_200=False, field_answers={})
    with filled.unit() as unit:
        unit.directory.save_organization(clinic)
        unit.directory.save_account(account, None)
        unit.directory.save_agent(agent)
        unit.commit()
    with filled.reading_unit() as unit:
        assert unit.directory.organizations() == [clinic]
        assert unit.directory.accounts() == [account]
        assert unit.directory.agents() == [agent]


def test_lists_are_by_organization_and_in_the_order_of_making(filled: Database) -> None:
    other = replace(CLINIC, id="a", name="Salon", created_at=NOW + SECOND)
    account = replace(ACCOUNT, id="b", org_id="a", created_at=NOW - timedelta(days=1))
    agent = replace(AGENT, id="c", org_id="a", account_id="b", created_at=NOW - timedelta(days=1))
    with filled.unit() as unit:
        unit.directory.save_organization(other)
        unit.directory.save_account(account, None)
        unit.directory.save_agent(agent)
        assert unit.directory.organizations() == [CLINIC, other]
        assert unit.directory.accounts() == [account, ACCOUNT]
        assert unit.directory.accounts("org") == [ACCOUNT]
        assert unit.directory.agents() == [agent, AGENT]
        assert unit.directory.agents("a") == [agent]


def test_an_account_books_the_event_types_of_the_agents_that_have_it_each_once(filled: Database) -> None:
    hour, day = (replace(AGENT.event_type, id=number) for number in (102, 103))
    colleague = replace(AGENT, id="c", account_id=None, event_type=hour)
    with filled.unit() as unit:
        save_agent = unit.directory.save_agent
        save_agent(replace(AGENT, id="b"))
        save_agent(colleague)
        save_agent(replace(AGENT, id="d", event_type=day, deleted_at=NOW))
        assert unit.directory.event_types(ACCOUNT) == [AGENT.event_type]
        unit.directory.save_organization(replace(CLINIC, primary_account_id=ACCOUNT.id))
        save_agent(replace(colleague, created_at=NOW + SECOND))
        assert unit.directory.event_types(ACCOUNT) == [AGENT.event_type, hour]


def test_the_key_is_given_with_the_access_and_hidden_in_its_repr(filled: Database) -> None:
    found = access(filled)
    assert found == Access(account_id="account", base_url="https://api.cal.com", api_key=API_KEY)
    assert API_KEY not in repr(found)


def test_saving_without_a_key_keeps_it_and_saving_with_one_replaces_it(filled: Database) -> None:
    for given, expected in ((None, API_KEY), ("cal_live_new", "cal_live_new")):
        with filled.unit() as unit:
            unit.directory.save_account(ACCOUNT, given)
            unit.commit()
        found = access(filled)
        assert found is not None
        assert found.api_key == expected


def test_an_account_without_a_key_gives_no_access(filled: Database) -> None:
    with filled.unit() as unit:
        unit.directory.save_account(replace(ACCOUNT, id="bare"), None)
        unit.commit()
    assert access(filled, "bare") is None
    assert access(filled, "unknown") is None


def test_an_agent_is_read_together_with_an_account_and_its_key(filled: Database) -> None:
    with filled.unit() as unit:
        unit.directory.save_account(replace(ACCOUNT, id="bare"), None)
        unit.commit()
    with filled.reading_unit() as unit:
        assert unit.directory.agent_and_access(AGENT.id, "account") == (AGENT, ACCOUNT, access(filled))
        for agent_id, account_id in ((AGENT.id, "bare"), (AGENT.id, "unknown"), ("unknown", "account")):
            assert unit.directory.agent_and_access(agent_id, account_id) is None


def test_no_file_of_the_database_holds_the_plain_key(filled: Database, database_url: str, tmp_path: Path) -> None:
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert bool(files) is database_url.startswith("sqlite")
    assert not any(API_KEY.encode() in path.read_bytes() for path in files)
    assert API_KEY not in encrypted(database_url)


def test_after_a_rotation_old_keys_read_until_they_are_written_anew(
    filled: Database, database_url: str, secret_key: str
) -> None:
    new_key = Fernet.generate_key().decode()
    before = encrypted(database_url)
    both = Database(database_url, secret_keys=(new_key, secret_key))
    found = access(both)
    assert found is not None
    assert found.api_key == API_KEY
    with both.unit() as unit:
        assert unit.directory.rotate_keys() == 1
        unit.commit()
    both.dispose()
    assert encrypted(database_url) != before
    assert Fernet(new_key).decrypt(encrypted(database_url)).decode() == API_KEY


def test_a_new_key_is_written_with_the_first_secret_key(filled: Database, database_url: str, secret_key: str) -> None:
    new_key = Fernet.generate_key().decode()
    both = Database(database_url, secret_keys=(new_key, secret_key))
    with both.unit() as unit:
        unit.directory.save_account(ACCOUNT, "cal_live_new")
        unit.commit()
    both.dispose()
    assert Fernet(new_key).decrypt(encrypted(database_url)).decode() == "cal_live_new"


def test_with_the_secret_key_gone_the_store_is_unavailable_and_nothing_is_lost(
    filled: Database, database_url: str
) -> None:
    stranger = Database(database_url, secret_keys=(Fernet.generate_key().decode(),))
    with pytest.raises(StoreUnavailableError, match="secret key"):
        access(stranger)
    with pytest.raises(StoreUnavailableError, match="secret key"), stranger.reading_unit() as unit:
        unit.directory.agent_and_access(AGENT.id, "account")
    with pytest.raises(StoreUnavailableError, match="secret key"), stranger.unit() as unit:
        unit.directory.rotate_keys()
    stranger.dispose()
    assert access(filled) is not None


@pytest.mark.parametrize("keys", [(), ("too short",)])
def test_a_database_wants_proper_secret_keys(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="Fernet") as caught:
        Database("sqlite:///nowhere.db", secret_keys=keys)
    assert "too short" not in str(caught.value)
