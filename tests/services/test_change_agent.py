"""Changing a voice agent: what is not said stays, and its event type is read again where that matters."""

from __future__ import annotations

import pytest

from app.domain.errors import CalendarError, RefusedError, UnknownNameError
from app.services.agent_settings import AgentSettings, NotBookableError
from tests.services.office import ANNA_KEY, Office
from tests.support.sandbox import SandboxProcess

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_what_is_not_said_stays_as_it_is(office: Office, calcom: SandboxProcess) -> None:
    agent = office.rivera()
    office.change_agent(agent.id, settings=AgentSettings(time_zone="Europe/Berlin", always_200=True))
    calls = len(calcom.journal())
    changed = office.change_agent(agent.id, settings=AgentSettings(name="Desk", always_200=False))
    assert (changed.name, changed.time_zone, changed.always_200) == ("Desk", "Europe/Berlin", False)
    assert changed.event_type == agent.event_type
    assert office.show_agent(agent.id) == changed
    assert len(calcom.journal()) == calls


def test_an_empty_value_takes_a_choice_back(office: Office) -> None:
    agent = office.rivera()
    chosen = AgentSettings(time_zone="Europe/Berlin", phone_country="DE", field_answers={"notes": "x"})
    office.change_agent(agent.id, settings=chosen)
    none = AgentSettings(time_zone="", phone_country="", field_answers={"notes": ""})
    assert office.change_agent(agent.id, settings=none) == agent


def test_another_event_type_is_read_from_cal_com(office: Office) -> None:
    changed = office.change_agent(office.rivera().id, event_type_id=102)
    assert changed.event_type.slug == "consultation-by-request"
    assert changed.event_type.needs_confirmation


def test_a_refresh_reads_the_same_event_type_again(office: Office, calcom: SandboxProcess) -> None:
    agent = office.rivera()
    calls = len(calcom.journal())
    assert office.change_agent(agent.id, refresh=True) == agent
    assert len(calcom.journal()) > calls


def test_an_event_type_cal_com_does_not_show_changes_nothing(office: Office) -> None:
    agent = office.rivera()
    with pytest.raises(CalendarError):
        office.change_agent(agent.id, event_type_id=999, settings=AgentSettings(name="Desk"))
    assert office.show_agent(agent.id) == agent


def test_another_account_brings_its_own_event_types(office: Office) -> None:
    agent = office.rivera()
    anna = office.add_account(org_id=agent.org_id, api_key=ANNA_KEY, name="Anna")
    with pytest.raises(CalendarError):
        office.change_agent(agent.id, account_id=anna.id)
    changed = office.change_agent(agent.id, account_id=anna.id, event_type_id=1)
    assert (changed.account_id, changed.event_type.slug) == (anna.id, "normal-30")


def test_what_cannot_be_booked_by_voice_is_refused_unless_forced(office: Office) -> None:
    agent = office.rivera()
    anna = office.add_account(org_id=agent.org_id, api_key=ANNA_KEY, name="Anna")
    with pytest.raises(NotBookableError):
        office.change_agent(agent.id, account_id=anna.id, event_type_id=4)
    assert office.show_agent(agent.id) == agent
    assert office.change_agent(agent.id, account_id=anna.id, event_type_id=4, force=True).event_type.seats == 3


def test_an_answer_to_a_question_that_is_not_asked_is_refused(office: Office) -> None:
    with pytest.raises(RefusedError):
        office.change_agent(office.rivera().id, settings=AgentSettings(field_answers={"nonsense": "x"}))


def test_an_unknown_agent_is_said_to_be_unknown(office: Office) -> None:
    with pytest.raises(UnknownNameError, match="There is no agent"):
        office.change_agent(NOBODY, settings=AgentSettings(name="Desk"))
