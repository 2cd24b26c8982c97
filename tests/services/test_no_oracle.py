"""What is somebody else's is answered like what is not there: in the same words and after the same questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.directory import Organization
from app.domain.errors import RefusedError
from app.services.manage_appointment import ManageRequest
from tests.services.desk import AGENT, NOW, ORG, TWO_PM_TUESDAY, Desk

OTHER_ORG, UNKNOWN = "9c858901-8a57-4791-81fe-4c455b099bc9", "00000000-0000-4000-8000-000000000000"
OTHER_AGENT, COLLEAGUE = "9c858901-8a57-4791-81fe-4c455b099bca", "9c858901-8a57-4791-81fe-4c455b099bcb"


@contextmanager
def asked(desk: Desk) -> Iterator[list[str]]:
    """The statements the database is sent."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(desk.database._engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(desk.database._engine, "before_cursor_execute", note)


@pytest.fixture
def town(desk: Desk) -> Desk:
    """A second organization with an agent, and a colleague in the first one who books another event type."""
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        account = unit.directory.account("a" * 32)
        assert agent is not None
        assert account is not None
        unit.directory.save_organization(Organization(id=OTHER_ORG, name="Other", created_at=NOW))
        theirs = replace(account, id="b" * 32, org_id=OTHER_ORG)
        unit.directory.save_account(theirs, "cal_test_other")
        unit.directory.save_agent(replace(agent, id=OTHER_AGENT, org_id=OTHER_ORG, account_id=theirs.id))
        other_type = replace(agent.event_type, id=102)
        unit.directory.save_agent(replace(agent, id=COLLEAGUE, event_type=other_type))
        unit.commit()
    return desk


def test_an_unknown_organization_or_agent_and_a_foreign_one_are_refused_after_the_same_look(town: Desk) -> None:
    seen = []
    for org_id, agent_id in [(UNKNOWN, AGENT), (ORG, UNKNOWN), (ORG, OTHER_AGENT), (OTHER_ORG, AGENT)]:
        with asked(town) as statements, pytest.raises(RefusedError) as refused:
            town.manage(ManageRequest(action=Action.SUGGEST, org_id=org_id, agent_id=agent_id))
        seen.append((refused.value.result, refused.value.agent_name, statements))
    assert seen[0][0] is Result.FORBIDDEN
    assert seen.count(seen[0]) == 4


@pytest.mark.parametrize("action", [Action.CANCEL, Action.RESCHEDULE])
@pytest.mark.parametrize("contact_match", [False, True])
def test_an_unknown_appointment_and_a_foreign_one_are_refused_after_the_same_looks(
    town: Desk, action: Action, contact_match: bool
) -> None:
    foreign = town.booked().appointment_id
    town.change_organization(contact_match=contact_match)

    def ask(agent_id: str, appointment_id: str) -> tuple[Answer, list[str]]:
        org_id = OTHER_ORG if agent_id == OTHER_AGENT else ORG
        with asked(town) as statements:
            answer = town.manage(
                ManageRequest(
                    action=action,
                    org_id=org_id,
                    agent_id=agent_id,
                    appointment_id=appointment_id,
                    appointment_datetime=TWO_PM_TUESDAY.isoformat(),
                    email="other@example.com",
                )
            )
        return answer, statements

    ask(COLLEAGUE, foreign)  # the queue is looked at only now and then: not in those compared
    for agent_id in (OTHER_AGENT, COLLEAGUE):
        assert ask(agent_id, foreign) == ask(agent_id, "appt_" + "0" * 26)
        assert ask(agent_id, foreign)[0].result is Result.UNKNOWN_APPOINTMENT
    if contact_match:
        assert ask(AGENT, foreign) == ask(AGENT, "appt_" + "0" * 26)
