"""Endpoints, accounts, agents, settings and operators: looked at, tested and switched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor
from tests.support.receiver import Receiver
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]
Receivers = tuple[Receiver, Receiver]


def press(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.locator(".said").get_by_text(said).first.wait_for()


@pytest.mark.parametrize("look", LOOKS)
def test_an_endpoint_is_tested_and_gets_again_what_it_missed(
    visit: Visit, history: History, receivers: Receivers, look: Look
) -> None:
    visitor = visit(Role.OPERATOR, look).go(f"/webhooks/{history.endpoints[0]}")
    before = len(receivers[0].received)
    press(visitor.page, "Send a test event", "test event")
    eventually(lambda: len(receivers[0].received) > before, within=30)
    visitor.go(f"/webhooks/{history.endpoints[0]}")
    visitor.page.get_by_label("Events since (UTC)").fill(f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M}")
    visitor.page.get_by_label("also what it took").check()
    before = len(receivers[0].received)
    visitor.page.get_by_role("button", name="Recover").click()
    visitor.page.locator(".said p").first.wait_for()
    eventually(lambda: len(receivers[0].received) > before, within=30)


@pytest.mark.parametrize("look", LOOKS)
def test_an_admin_makes_a_new_secret_and_switches_an_endpoint_off_and_on(
    visit: Visit, history: History, look: Look
) -> None:
    visitor = visit(Role.ADMIN, look).go(f"/webhooks/{history.endpoints[0]}")
    page = visitor.page
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.locator("code.secret")).to_contain_text("whsec_")
    visitor.keep("endpoint-secret")
    visitor.go(f"/webhooks/{history.endpoints[0]}")
    expect(page.locator("code.secret")).to_have_count(0)
    page.get_by_role("button", name="Disable").click()
    expect(page.locator("#health")).to_contain_text("disabled")
    page.get_by_role("button", name="Enable").click()
    expect(page.locator("#health")).to_contain_text("enabled")


def test_a_delivery_is_sent_again(visit: Visit, history: History, receivers: Receivers) -> None:
    visitor = visit(Role.OPERATOR).go(f"/webhooks/{history.endpoints[0]}?state=succeeded")
    visitor.page.locator("#deliveries tbody a").first.click()
    before = len(receivers[0].received)
    visitor.page.get_by_role("button", name="Send it again").click()
    visitor.page.locator(".said p").first.wait_for()
    eventually(lambda: len(receivers[0].received) > before, within=30)


@pytest.mark.parametrize("look", LOOKS)
def test_an_account_is_tested_and_its_free_times_are_thrown_away(visit: Visit, history: History, look: Look) -> None:
    visitor = visit(Role.OPERATOR, look).go(f"/accounts/{history.account.id}")
    page = visitor.page
    page.get_by_role("button", name="Ask Cal.com now").click()
    page.get_by_role("button", name="Ask Cal.com again").wait_for()
    visitor.keep("account-tested")
    visitor.go(f"/accounts/{history.account.id}")
    page.get_by_role("button", name="Throw them away").click()
    page.locator(".said p").first.wait_for()


@pytest.mark.parametrize("look", LOOKS)
def test_an_agent_and_the_parts_are_looked_at(visit: Visit, history: History, look: Look) -> None:
    visitor = visit(Role.ADMIN, look).go(f"/agents/{history.agent.id}")
    visitor.page.get_by_role("button", name="Ask Cal.com now").click()
    visitor.page.get_by_text("As Cal.com says now").wait_for()
    visitor.go("/settings")
    visitor.page.get_by_role("button", name="Look now").click()
    visitor.page.get_by_role("button", name="Look again").wait_for()
    assert "sandbox_rivera" not in visitor.page.content()
    visitor.keep("settings-looked")


@pytest.mark.parametrize("look", LOOKS)
def test_an_operator_is_invited_and_signs_in_by_the_link(visit: Visit, look: Look) -> None:
    admin = visit(Role.ADMIN, look).go("/operators")
    name = f"new-{look.name.lower()}"
    admin.page.get_by_label("Name, or the e-mail").fill(name)
    admin.page.keyboard.press("Enter")
    link = admin.page.locator("code.secret").inner_text()
    admin.keep("operators-invited")
    newcomer = visit(None, look)
    newcomer.page.goto(newcomer.url + link.partition("/desk")[2])
    for field in newcomer.page.locator("input[type=password]").all():
        field.fill("a long enough password")
    newcomer.keep("welcome")
    newcomer.page.get_by_role("button", name="Set the password").click()
    newcomer.page.get_by_text(f"The password of {name} is set.").wait_for()
    newcomer.sign_in(name, "a long enough password")
    expect(newcomer.page.locator("h1")).to_have_text("Overview")


def test_signing_out_everywhere_ends_every_session(visit: Visit) -> None:
    here, there = visit(Role.VIEWER), visit(Role.VIEWER)
    here.go("/sessions").page.get_by_role("button", name="Sign out everywhere").click()
    here.page.get_by_role("button", name="Sign in", exact=True).wait_for()
    there.go("/jobs").page.get_by_role("button", name="Sign in", exact=True).wait_for()


@pytest.mark.parametrize("look", LOOKS)
def test_the_record_is_narrowed_down(visit: Visit, history: History, look: Look) -> None:
    visitor = visit(Role.ADMIN, look).go("/audit")
    visitor.page.get_by_label("Deed").select_option("sign_in")
    visitor.page.get_by_role("button", name="Show").click()
    expect(visitor.page.locator("tbody tr").first).to_contain_text("sign in")
    assert "deed=sign_in" in visitor.page.url
