"""What is read, changed and saved whole undoes nothing that another unit did in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from app.domain.errors import ConflictError, UnknownNameError
from app.domain.operators import Role
from app.services.agent_settings import AgentSettings
from app.services.change_account import AccountChange, ChangeAccount
from app.services.change_agent import ChangeAgent
from app.services.change_organization import ChangeOrganization
from app.services.delete_agent import DeleteAgent
from app.services.disconnect_accounts import DisconnectAccounts
from app.services.operator_accounts import AddOperator, ChangeOperator
from app.storage.database import Database
from tests.services.scripted_calendar import ScriptedCalendar
from tests.storage.rows import NOW, at_once
from tests.storage.test_directory_store import ACCOUNT, AGENT, API_KEY, CLINIC

ORG_ID, ACCOUNT_ID, AGENT_ID = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(3))
ROUNDS = 10


@pytest.fixture
def clinic(database: Database) -> Database:
    with database.unit() as unit:
        unit.directory.save_organization(replace(CLINIC, id=ORG_ID))
        unit.directory.save_account(replace(ACCOUNT, id=ACCOUNT_ID, org_id=ORG_ID), API_KEY)
        unit.directory.save_agent(replace(AGENT, id=AGENT_ID, org_id=ORG_ID, account_id=ACCOUNT_ID))
        unit.commit()
    return database


def together(*deeds: Callable[[], object]) -> None:
    """Whoever comes second may find that it is too late."""

    def do(number: int) -> None:
        with suppress(UnknownNameError, ConflictError):
            deeds[number]()

    at_once(len(deeds), do)


@pytest.mark.parametrize("lot", range(ROUNDS))
def test_an_agent_that_is_deleted_while_it_is_changed_stays_deleted(clinic: Database, lot: int) -> None:
    change = ChangeAgent(open_unit=clinic.unit, read_unit=clinic.reading_unit, calendar=ScriptedCalendar())
    delete = DeleteAgent(open_unit=clinic.unit, clock=lambda: NOW)
    together(lambda: delete(AGENT_ID), lambda: change(AGENT_ID, settings=AgentSettings(name=f"Dr. {lot}")))
    with clinic.reading_unit() as unit:
        assert unit.directory.agents() == []


@pytest.mark.parametrize("lot", range(ROUNDS))
def test_an_account_that_is_disconnected_while_it_is_renamed_stays_without_a_key(clinic: Database, lot: int) -> None:
    change = ChangeAccount(open_unit=clinic.unit, read_unit=clinic.reading_unit, calendar=ScriptedCalendar())
    disconnect = DisconnectAccounts(open_unit=clinic.unit, clock=lambda: NOW)
    together(lambda: disconnect.one(ACCOUNT_ID), lambda: change(ACCOUNT_ID, AccountChange(name=f"Desk {lot}")))
    with clinic.reading_unit() as unit:
        (account,) = unit.directory.accounts()
    assert (account.name, account.is_connected) == (f"Desk {lot}", False)


@pytest.mark.parametrize("lot", range(ROUNDS))
def test_two_changes_of_one_organization_are_both_kept(clinic: Database, lot: int) -> None:
    change = ChangeOrganization(open_unit=clinic.unit)
    together(lambda: change(ORG_ID, contact_match=False), lambda: change(ORG_ID, name=f"Practice {lot}"))
    with clinic.reading_unit() as unit:
        (organization,) = unit.directory.organizations()
    assert (organization.name, organization.contact_match) == (f"Practice {lot}", False)


@pytest.mark.parametrize("lot", range(ROUNDS))
def test_two_changes_of_one_operator_are_both_kept(database: Database, lot: int) -> None:
    name = f"jane {lot}"
    AddOperator(open_unit=database.unit, clock=lambda: NOW)(name, Role.OPERATOR, actor="test")
    change = ChangeOperator(open_unit=database.unit, clock=lambda: NOW)
    together(
        lambda: change(name, disabled=True, actor="test"),
        lambda: change(name, role=Role.VIEWER, actor="test"),
    )
    with database.reading_unit() as unit:
        (jane,) = unit.operators.all()
    assert (jane.role, jane.disabled_at) == (Role.VIEWER, NOW)


@pytest.mark.parametrize("lot", range(ROUNDS))
def test_of_two_admins_who_demote_each_other_one_stays(database: Database, lot: int) -> None:
    names = f"ann {lot}", f"bob {lot}"
    for name in names:
        AddOperator(open_unit=database.unit, clock=lambda: NOW)(name, Role.ADMIN, actor="test")
    change = ChangeOperator(open_unit=database.unit, clock=lambda: NOW)
    ann, bob = names
    together(
        lambda: change(ann, role=Role.VIEWER, actor="test"),
        lambda: change(bob, role=Role.VIEWER, actor="test"),
    )
    with database.reading_unit() as unit:
        assert sorted(operator.role for operator in unit.operators.all()) == [Role.ADMIN, Role.VIEWER]
