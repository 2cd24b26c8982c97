"""Accounts and agents at the desk: how they stand, whether Cal.com can be asked, and the free times that are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.admin.words import counted
from app.domain.audit import AuditFilter, Deed
from app.domain.directory import Account, Agent
from app.domain.operators import Role
from tests.admin.site import RIVERA, Browser, DeskSite, Page
from tests.support.sandbox import SandboxProcess
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

EXPIRED = "cal_sandbox_expired"


@pytest.fixture
def agent(site: DeskSite) -> Agent:
    return site.agent()


@pytest.fixture
def account(site: DeskSite, agent: Agent) -> Account:
    return site.operators.list_accounts()[0]


def press(browser: Browser, path: str, button: str) -> Page:
    browser.get(path)
    return browser.post(f"{path}/{button}")


def test_the_list_of_accounts_tells_keys_by_their_end_and_the_budget(
    site: DeskSite, agent: Agent, account: Account
) -> None:
    def budget() -> int | None:
        site.container.desk.setup.judge_account.by_id(account.id)
        standings = site.container.callers.read_traffic()
        return next((each.budget_left for each in standings if each.account_id == account.id), None)

    left = eventually(budget, what="Redis knows the account")
    page = site.browser(Role.VIEWER).get("/accounts")
    for said in ("Front desk", "Clinic", "primary", "…vera", "rivera", "connected"):
        assert said in page.text
    assert RIVERA not in page.html
    assert f'class="number">{left}</td>' in page.html


def test_lists_come_in_pages_and_by_organization(site: DeskSite, agent: Agent, account: Account) -> None:
    other = site.operators.add_organization(name="Other clinic")
    site.operators.add_account(org_id=other.id, name="Second desk", api_key=RIVERA)
    site.operators.add_agent(org_id=other.id, name="Dr. Second", event_type_id=101)
    viewer, first = site.browser(Role.VIEWER), site.container.desk.setup.list_accounts(limit=1)
    assert first.next_after is not None
    after = f"{first.next_after.at.isoformat()}~{first.next_after.id}"
    behind = viewer.get("/accounts", after=after).text
    assert ("Front desk" in behind, "Second desk" in behind) == (False, True)
    for path, own, others in (("/accounts", "Second desk", "Front desk"), ("/agents", "Dr. Second", "Dr. Rivera")):
        only = viewer.get(path, org=other.id).text
        assert (own in only, others in only) == (True, False)
        assert viewer.get(path, org="x").status == 400


def test_an_account_shows_hook_sweep_budget_and_who_books_with_it(
    site: DeskSite, agent: Agent, account: Account
) -> None:
    now = datetime.now(UTC)
    with site.database.unit() as unit:
        unit.sweeps.enroll(next_at=now, since=now - timedelta(hours=1))
        unit.commit()
    page = site.browser(Role.VIEWER).get(f"/accounts/{account.id}")
    for said in ("Seen all until", "none: sweeps find", "in this minute", "closed", "Dr. Rivera", "Consultation (101)"):
        assert said in page.text
    assert "Ask Cal.com now" not in page.text


def test_cal_com_is_asked_when_the_button_is_pressed(site: DeskSite, calcom: SandboxProcess, account: Account) -> None:
    operator = site.browser(Role.OPERATOR)
    before = len(calcom.journal())
    operator.get(f"/accounts/{account.id}")
    assert len(calcom.journal()) == before
    asked = press(operator, f"/accounts/{account.id}", "test")
    assert asked.status == 200
    assert "as rivera (America/New_York)" in asked.text
    calcom.faults([{"fault": "unavailable", "times": 3}])
    assert "Cal.com gives no answer at" in press(operator, f"/accounts/{account.id}", "test").text


def test_kept_times_are_shown_with_their_age_and_thrown_away(site: DeskSite, agent: Agent, account: Account) -> None:
    operator = site.browser(Role.OPERATOR)
    assert "Nothing is kept now." in operator.get(f"/accounts/{account.id}").text
    site.manage(agent, prefer="wait=5", action="suggest")
    page = operator.get(f"/accounts/{account.id}")
    days = page.html.count('<th scope="row">20')
    assert days >= 7
    assert press(operator, f"/accounts/{account.id}", "purge").status == 303
    assert f"The free times of {counted(days, 'day')} are thrown away" in operator.get(f"/accounts/{account.id}").text
    assert "Nothing is kept now." in operator.get(f"/accounts/{account.id}").text
    (entry,) = site.operators.list_audit(AuditFilter(deed=Deed.CACHE_PURGE))
    assert (entry.target, entry.counts) == (account.id, {"days": days})


def test_without_redis_the_page_says_so_and_nothing_is_thrown_away(
    tmp_path: Path, calcom: SandboxProcess, own_valkey: ValkeyServer
) -> None:
    url = f"sqlite:///{tmp_path}/ringbook.db"
    site = DeskSite(tmp_path, database_url=url, redis_url=own_valkey.url, calcom_url=calcom.url)
    site.agent()
    path = f"/accounts/{site.operators.list_accounts()[0].id}"
    operator = site.browser(Role.OPERATOR)
    own_valkey.kill()
    assert "Redis does not answer." in operator.get(path).text
    assert press(operator, path, "purge").status == 409
    site.close()


def test_an_agent_shows_what_it_is_set_to_and_what_stands_in_its_way(site: DeskSite, agent: Agent) -> None:
    viewer = site.browser(Role.VIEWER)
    assert "1 note" in viewer.get("/agents").text
    page = viewer.get(f"/agents/{agent.id}").text
    for said in ("Dr. Rivera", "Front desk", "as its organization's primary account", "30 minutes"):
        assert said in page
    assert "It needs an e-mail address" in page
    assert "It can be booked by voice." in page


def test_a_change_in_cal_com_since_the_agent_was_added_is_found_on_asking(site: DeskSite, agent: Agent) -> None:
    operator = site.browser(Role.OPERATOR)
    assert "It is as it was when it was read." in press(operator, f"/agents/{agent.id}", "test").text
    with site.database.unit() as unit:
        kept = unit.directory.agent(agent.id)
        assert kept is not None
        unit.directory.save_agent(replace(kept, event_type=replace(kept.event_type, length_minutes=45)))
        unit.commit()
    asked = press(operator, f"/agents/{agent.id}", "test").text
    assert "It was changed in Cal.com since it was read: length minutes." in asked


def test_an_event_type_that_is_gone_or_a_key_that_does_not_work_is_said(site: DeskSite, agent: Agent) -> None:
    operator = site.browser(Role.OPERATOR)
    with site.database.unit() as unit:
        (account,) = unit.directory.accounts()
        unit.directory.save_account(account, EXPIRED)
        unit.commit()
    assert "Cal.com does not take its key" in press(operator, f"/agents/{agent.id}", "test").text
    assert "Cal.com does not take its key" in press(operator, f"/accounts/{account.id}", "test").text
    with site.database.unit() as unit:
        unit.directory.disconnect_account(account.id, now=datetime.now(UTC))
        unit.commit()
    assert "has no key" in press(operator, f"/agents/{agent.id}", "test").text
    assert "disconnected" in operator.get("/accounts").text


@pytest.mark.parametrize("path", ["/accounts", "/agents"])
def test_what_is_not_there_is_not_found(site: DeskSite, path: str) -> None:
    viewer = site.browser(Role.VIEWER)
    assert viewer.get(f"{path}/00000000-0000-0000-0000-000000000000").status == 404
    assert viewer.get(f"{path}/x").status == 400
