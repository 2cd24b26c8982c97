"""Who was told "still confirming" and then failed appears, is claimed and called, or closes itself when they book."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.audit import AuditFilter, Deed
from app.domain.callbacks import CallbackFilter
from app.domain.directory import Agent
from app.domain.operators import Role
from app.services.agent_settings import AgentSettings
from tests.admin.site import Browser, DeskSite, Page
from tests.support.sandbox import SandboxProcess

JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+12125550123"}


def in_days(days: int, hour: int = 14) -> str:
    """A weekday at least so far ahead, as a caller says it."""
    day = datetime.now(UTC) + timedelta(days=days)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.strftime(f"%Y-%m-%dT{hour}:00")


@pytest.fixture
def agent(site: DeskSite) -> Agent:
    return site.agent()


def failed(site: DeskSite, calcom: SandboxProcess, agent: Agent, **wanted: Any) -> str:
    """A booking that the caller was told is still being confirmed, and that Cal.com then refused; its job's id."""
    fields = {"action": "book", **JANE, "appointment_datetime": in_days(3), **wanted}
    told = site.manage(agent, **fields)
    assert told["status"] == 202
    calcom.faults([{"fault": "conflict", "match": {"method": "POST", "path": "/bookings"}}])
    return site.work(told)


def act(browser: Browser, job_id: str, deed: str, **fields: Any) -> Page:
    browser.get("/callers")
    return browser.post(f"/callers/{job_id}/{deed}", **fields)


def test_a_caller_told_still_confirming_is_on_the_list_once_it_failed(
    site: DeskSite, calcom: SandboxProcess, agent: Agent
) -> None:
    operator = site.browser(Role.OPERATOR)
    assert "Nobody is waiting for a call." in operator.get("/callers").text
    job_id = failed(site, calcom, agent)
    page = operator.get("/callers")
    assert site.container.desk.callbacks.count_callbacks() == 1
    for said in ("Jane Doe", "with Dr. Rivera", "14:00 (America/New York)", "Somebody else has that time.", "Clinic"):
        assert said in page.text
    assert 'href="tel:+12125550123"' in page.html
    assert f'id="{job_id}"' in page.html


@pytest.mark.parametrize("prefer", ["respond-async", "wait=0.5"])
def test_also_who_was_told_so_with_status_200_is_called_back(
    site: DeskSite, calcom: SandboxProcess, prefer: str
) -> None:
    agent = site.agent(settings=AgentSettings(always_200=True))
    told = site.manage(agent, prefer=prefer, action="book", **JANE, appointment_datetime=in_days(3))
    assert told["status"] == 200
    calcom.faults([{"fault": "conflict", "match": {"method": "POST", "path": "/bookings"}}])
    site.work(told)
    assert site.container.desk.callbacks.count_callbacks() == 1


def test_who_only_may_look_sees_no_number_and_no_button(site: DeskSite, calcom: SandboxProcess, agent: Agent) -> None:
    job_id = failed(site, calcom, agent)
    viewer = site.browser(Role.VIEWER)
    page = viewer.get("/callers")
    assert "J. D." in page.text
    assert "j***@example.com" in page.text
    assert "+1 *** 0123" in page.text
    assert not any(said in page.html for said in ("Jane", "jane@", "2125550123", "Claim<"))
    assert act(viewer, job_id, "claim").status == 403


def test_a_call_is_claimed_and_done_and_both_are_in_the_record(
    site: DeskSite, calcom: SandboxProcess, agent: Agent
) -> None:
    job_id = failed(site, calcom, agent)
    operator, other = site.browser(Role.OPERATOR), site.browser(Role.OPERATOR, "joe@clinic.example")
    claimed = act(operator, job_id, "claim", tab="open")
    assert (claimed.status, claimed.goes_to) == (303, f"/callers?tab=open#{job_id}")
    assert "yours" in operator.get("/callers", tab="mine").text
    assert "You have claimed no call." in other.get("/callers", tab="mine").text
    refused = act(other, job_id, "claim")
    assert (refused.status, "operator@clinic.example has claimed this call" in refused.text) == (409, True)
    assert act(other, job_id, "done").status == 409
    assert act(operator, job_id, "done", note="Comes on Friday instead").status == 303
    assert "Nobody is waiting" in operator.get("/callers").text
    closed = operator.get("/callers", tab="done").text
    assert "Done by operator@clinic.example" in closed
    assert "Comes on Friday instead" in closed
    deeds = [entry.deed for entry in site.operators.list_audit(AuditFilter(target=job_id))]
    assert deeds == [Deed.CALLBACK_DONE, Deed.CALLBACK_CLAIM]
    assert "Friday" not in str(site.operators.list_audit(AuditFilter()))


def test_what_somebody_left_another_may_release_and_take(site: DeskSite, calcom: SandboxProcess, agent: Agent) -> None:
    job_id = failed(site, calcom, agent)
    act(site.browser(Role.OPERATOR), job_id, "claim")
    other = site.browser(Role.OPERATOR, "joe@clinic.example")
    assert act(other, job_id, "release").status == 303
    assert act(other, job_id, "release").status == 409
    assert act(other, job_id, "claim").status == 303


def test_it_closes_itself_when_they_book(site: DeskSite, calcom: SandboxProcess, agent: Agent) -> None:
    failed(site, calcom, agent)
    later = site.manage(agent, action="book", **JANE, appointment_datetime=in_days(4))
    booked = site.work(later)
    operator = site.browser(Role.OPERATOR)
    assert "Nobody is waiting" in operator.get("/callers").text
    closed = operator.get("/callers", tab="done").text
    assert "Booked since" in closed
    assert booked in closed


def test_that_they_asked_again_and_heard_it_is_shown(site: DeskSite, calcom: SandboxProcess, agent: Agent) -> None:
    job_id = failed(site, calcom, agent)
    operator = site.browser(Role.OPERATOR)
    assert "The answer was asked for" not in operator.get("/callers").text
    site.container.callers.read_job(job_id)
    site.container.callers.read_job.note_told.notes.shutdown(wait=True)
    assert "The answer was asked for" in operator.get("/callers").text


def test_free_times_are_asked_of_cal_com_for_one_row_when_wanted(
    site: DeskSite, calcom: SandboxProcess, agent: Agent
) -> None:
    job_id, other = failed(site, calcom, agent), failed(site, calcom, agent, email="bea@example.com", phone="")
    operator = site.browser(Role.OPERATOR)
    before = operator.get("/callers")
    assert "Free now" not in before.text
    assert 'data-src="/desk/callers' in before.html
    page = operator.get("/callers", openings=job_id)
    assert page.html.count("Free now, nearest first") == 1
    assert ", 14:30" in page.text
    assert 'data-src=""' in page.html, "a page that brought itself up to date would ask Cal.com every few seconds"
    calcom.faults([{"fault": "unavailable", "match": {"path": "/slots"}}])
    assert "Cal.com does not answer just now" in operator.get("/callers", openings=other).text


def test_while_cal_com_takes_no_more_requests_it_is_not_asked_for_free_times(
    site: DeskSite, calcom: SandboxProcess, agent: Agent
) -> None:
    job_id = failed(site, calcom, agent)
    operator = site.browser(Role.OPERATOR)
    calcom.faults([{"fault": "rate_limited", "match": {"path": "/slots"}}])
    operator.get("/callers", openings=job_id)
    assert "Cal.com is asked enough now. Try again in" in operator.get("/callers", openings=job_id).text


def test_a_list_of_many_goes_on_behind_the_last_one(site: DeskSite, calcom: SandboxProcess, agent: Agent) -> None:
    names = ("Ann Zero", "Bob One", "Cid Two")
    for name in names:
        failed(site, calcom, agent, email=f"{name[:3]}@example.com", phone="", name=name)
    page = site.container.desk.callbacks.list_callbacks(CallbackFilter(limit=1))
    assert page.next_after is not None
    operator = site.browser(Role.OPERATOR)
    older = operator.get("/callers", after=f"{page.next_after.at.isoformat()}~{page.next_after.id}").text
    assert [name in older for name in names] == [True, True, False]
    assert "Newest" in older


def test_one_organization_is_shown_alone(site: DeskSite, calcom: SandboxProcess, agent: Agent) -> None:
    failed(site, calcom, agent)
    operator = site.browser(Role.OPERATOR)
    assert "Jane Doe" in operator.get("/callers", org=agent.org_id).text
    assert "Nobody" in operator.get("/callers", org="00000000-0000-0000-0000-000000000000").text


@pytest.mark.parametrize("query", [{"tab": "x"}, {"after": "x"}, {"after": "2026-01-01T00:00:00~x"}, {"org": "x"}])
def test_an_address_that_no_link_has_is_refused(site: DeskSite, query: dict[str, str]) -> None:
    assert site.browser(Role.VIEWER).get("/callers", **query).status == 400
