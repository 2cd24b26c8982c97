"""Accounts, agents, settings and the record: looked at, tested and narrowed down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.domain.audit import AuditEntry, Deed
from app.domain.identifiers import new_audit_id
from app.domain.operators import Role
from tests.admin.mending import database_of
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor
from tests.support.stack import Stack

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("look", LOOKS)
def test_an_account_is_tested_and_its_free_times_are_thrown_away(
    visit: Visit, history: History, stack: Stack, look: Look
) -> None:
    stack.manage(history.agent, action="suggest")
    visitor = visit(Role.OPERATOR, look).go("/accounts")
    page, kept = visitor.page, visitor.page.locator("#kept")
    page.get_by_role("link", name="Front desk").click()
    expect(kept.get_by_role("columnheader", name="Free starts")).to_have_count(1)
    visitor.look_over("account-kept")
    visitor.press("Throw them away", "are thrown away. Cal.com is asked again when they are wanted.")
    expect(kept).to_contain_text("Nothing is kept now.")
    page.get_by_role("button", name="Ask Cal.com now").click()
    page.get_by_role("button", name="Ask Cal.com again").wait_for()
    expect(page.locator(".findings")).to_contain_text("as rivera (America/New_York)")
    visitor.look_over("account-tested")


@pytest.mark.parametrize("look", LOOKS)
def test_an_agent_and_the_parts_are_looked_at(visit: Visit, history: History, look: Look) -> None:
    visitor = visit(Role.ADMIN, look).go("/agents")
    visitor.page.get_by_role("link", name="Dr. Rivera").click()
    visitor.page.get_by_role("button", name="Ask Cal.com now").click()
    visitor.page.get_by_text("As Cal.com says now").wait_for()
    expect(visitor.page.locator(".findings")).to_contain_text("It is as it was when it was read.")
    visitor.look_over("agent-tested")
    visitor.go("/settings")
    visitor.page.get_by_role("button", name="Look now").click()
    visitor.page.get_by_role("button", name="Look again").wait_for()
    assert "sandbox_rivera" not in visitor.page.content()
    visitor.look_over("settings-looked")


@pytest.mark.parametrize("look", LOOKS)
def test_the_record_is_narrowed_down(visit: Visit, look: Look) -> None:
    visitor = visit(Role.VIEWER, look).go("/audit")
    visitor.page.get_by_label("Deed").select_option("sign in")
    visitor.page.get_by_label("By").fill("operator:viewer")
    visitor.page.get_by_role("button", name="Show").click()
    newest = visitor.page.locator("tbody tr").first
    expect(newest).to_contain_text("sign in")
    assert "deed=sign_in&actor=operator%3Aviewer" in visitor.page.url
    newest.locator("td").nth(2).get_by_role("link", name="viewer").click()
    assert "target=oper_" in visitor.page.url
    visitor.look_over("audit-viewer")


@pytest.fixture(scope="module")
def long_record(history: History) -> str:
    """Whose: it has more entries than go onto one page."""
    actor, now = "cli:clerk", datetime.now(UTC)
    with database_of(history.site) as database, database.unit() as unit:
        for number in range(51):
            at = now - timedelta(minutes=number)
            unit.audit.save(AuditEntry(id=new_audit_id(), at=at, actor=actor, deed=Deed.PRUNE, reason=f"No. {number}"))
        unit.commit()
    return actor


@pytest.mark.parametrize("look", LOOKS)
def test_a_long_record_is_read_to_its_end(visit: Visit, long_record: str, look: Look) -> None:
    visitor = visit(Role.VIEWER, look).go(f"/audit?actor={long_record}")
    page, lines = visitor.page, visitor.page.locator("tbody tr")
    expect(lines).to_have_count(50)
    page.get_by_role("link", name="Older").click()
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("No. 50")
    page.get_by_role("link", name="Newest").click()
    expect(lines).to_have_count(50)
