"""Voice agents: their event type is read from Cal.com, and what a phone call cannot book is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import CalendarError, RefusedError, UnknownNameError
from app.services.agent_settings import AgentSettings, NotBookableError
from tests.services.office import ANNA_KEY, CONSULTATION, RIVERA_KEY, Office
from tests.support.sandbox import SandboxProcess

AGENT = "019d1fdb-98e9-7c87-86c7-321e2fa98733"
SEATS, CUSTOM, RECURRING, VERIFIES_MAIL, CONFIRM = 4, 8, 17, 19, 2
"""Event types of Anna in the stand-in's world."""


def annas(office: Office) -> dict[str, Any]:
    clinic = office.clinic()
    office.add_account(org_id=clinic.id, api_key=ANNA_KEY, name="Anna")
    return {"org_id": clinic.id, "name": "Desk"}


def test_an_agent_keeps_what_cal_com_says_of_its_event_type(office: Office) -> None:
    clinic, _ = office.connected()
    agent = office.add_agent(id=AGENT.upper(), org_id=clinic.id, name="Dr. Rivera", event_type_id=CONSULTATION)
    assert agent.id == AGENT
    assert agent.account_id is None
    assert (agent.event_type.title, agent.event_type.length_minutes) == ("Consultation", 30)
    assert agent.event_type.time_zone == "America/New_York"
    assert office.show_agent(AGENT) == agent


def test_its_settings_are_kept(office: Office) -> None:
    clinic, account = office.connected()
    settings = AgentSettings(
        time_zone="Europe/Berlin",
        language="de",
        wait_seconds=4.5,
        always_200=True,
        placeholder_email="{digits}@no-mail.example",
        phone_country="de",
        field_answers={"notes": "from the phone"},
    )
    agent = office.add_agent(
        org_id=clinic.id, name="Desk", event_type_id=CONSULTATION, account_id=account.id, settings=settings
    )
    saved = office.show_agent(agent.id)
    assert (saved.time_zone, saved.language, saved.wait_seconds, saved.always_200) == ("Europe/Berlin", "de", 4.5, True)
    assert (saved.placeholder_email, saved.phone_country) == ("{digits}@no-mail.example", "DE")
    assert (saved.field_answers, saved.account_id) == ({"notes": "from the phone"}, account.id)


@pytest.mark.parametrize(
    ("event_type_id", "obstacle"),
    [(SEATS, "seats"), (CUSTOM, "fields"), (RECURRING, "recurring"), (VERIFIES_MAIL, "email_code")],
)
def test_what_cannot_be_booked_by_voice_is_refused(office: Office, event_type_id: int, obstacle: str) -> None:
    desk = annas(office)
    with pytest.raises(NotBookableError) as refusal:
        office.add_agent(**desk, event_type_id=event_type_id)
    assert list(refusal.value.fields) == [obstacle]
    assert refusal.value.event_type.id == event_type_id
    assert office.list_agents() == []


def test_it_is_saved_all_the_same_by_force(office: Office) -> None:
    assert office.add_agent(**annas(office), event_type_id=SEATS, force=True) == office.list_agents()[0]


def test_a_prepared_answer_clears_the_obstacle(office: Office) -> None:
    settings = AgentSettings(field_answers={"reason": "by phone"})
    agent = office.add_agent(**annas(office), event_type_id=CUSTOM, settings=settings)
    assert agent.field_answers == {"reason": "by phone"}


@pytest.mark.parametrize("answers", [{"raeson": "by phone"}, {"reason": "x", "kind": "third"}, {"reason": "x" * 1001}])
def test_an_answer_must_fit_the_form_even_by_force(office: Office, answers: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as refusal:
        office.add_agent(
            **annas(office), event_type_id=CUSTOM, settings=AgentSettings(field_answers=answers), force=True
        )
    assert list(refusal.value.fields) == ["answer"]


def test_an_event_type_that_needs_confirmation_is_taken(office: Office) -> None:
    assert office.add_agent(**annas(office), event_type_id=CONFIRM).event_type.needs_confirmation


@pytest.mark.parametrize("event_type_id", [999, 1])
def test_an_unknown_or_foreign_event_type_saves_nothing(office: Office, event_type_id: int) -> None:
    clinic, _ = office.connected()
    with pytest.raises(CalendarError):
        office.add_agent(org_id=clinic.id, name="Desk", event_type_id=event_type_id)
    assert office.list_agents() == []


def test_an_organization_without_an_account_is_told_to_connect_one(office: Office) -> None:
    with pytest.raises(UnknownNameError, match="Connect one first"):
        office.add_agent(org_id=office.clinic().id, name="Desk", event_type_id=CONSULTATION)


def test_the_account_of_another_organization_is_refused(office: Office) -> None:
    _, account = office.connected()
    other = office.add_organization(name="Dentist")
    with pytest.raises(RefusedError):
        office.add_agent(org_id=other.id, name="Desk", event_type_id=CONSULTATION, account_id=account.id)


def test_adding_the_same_again_changes_nothing_and_asks_nobody(office: Office, calcom: SandboxProcess) -> None:
    clinic, _ = office.connected()
    wanted: dict[str, Any] = {"id": AGENT, "org_id": clinic.id, "name": "Desk", "event_type_id": CONSULTATION}
    settings = AgentSettings(wait_seconds=5.0)
    first = office.add_agent(**wanted, settings=settings)
    calls = len(calcom.journal())
    assert office.add_agent(**wanted, settings=settings) == first
    assert office.add_agent(**wanted) == first
    assert len(calcom.journal()) == calls


def test_a_taken_id_that_says_something_else_is_refused(office: Office) -> None:
    clinic, _ = office.connected()
    other = office.add_organization(name="Dentist")
    office.add_account(org_id=other.id, api_key=RIVERA_KEY, name="Main")
    wanted: dict[str, Any] = {"id": AGENT, "org_id": clinic.id, "name": "Desk", "event_type_id": CONSULTATION}
    first = office.add_agent(**wanted)
    for change in (
        {"name": "Other"},
        {"event_type_id": 102},
        {"org_id": other.id},
        {"settings": AgentSettings(language="de")},
    ):
        with pytest.raises(RefusedError):
            office.add_agent(**(wanted | change))
    assert office.list_agents() == [first]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (AgentSettings(time_zone="Europe/Berln"), "time_zone"),
        (AgentSettings(time_zone="../etc/passwd"), "time_zone"),
        (AgentSettings(language="English"), "language"),
        (AgentSettings(language="xx"), "language"),
        (AgentSettings(wait_seconds=0.4), "wait"),
        (AgentSettings(wait_seconds=25.1), "wait"),
        (AgentSettings(wait_seconds=float("nan")), "wait"),
        (AgentSettings(placeholder_email="nobody@no-mail.example"), "placeholder_email"),
        (AgentSettings(placeholder_email="{digits}"), "placeholder_email"),
        (AgentSettings(phone_country="UK"), "phone_country"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(office: Office, settings: AgentSettings, field: str) -> None:
    clinic, _ = office.connected()
    with pytest.raises(RefusedError) as refusal:
        office.add_agent(org_id=clinic.id, name="Desk", event_type_id=CONSULTATION, settings=settings)
    assert list(refusal.value.fields) == [field]
    assert office.list_agents() == []
