"""Every page of the desk, as people see it: nothing stands in anybody's way, and nothing is wider than a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.appointments import Book
from app.domain.bulk import BulkAction
from app.domain.job_search import JobSearch
from app.domain.jobs import Status
from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import ALL_LOOKS, LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]
SCRIPTED = [look for look in LOOKS if look.id != "plain"]


@pytest.fixture(scope="module")
def pages(history: History) -> dict[str, dict[str, str]]:
    """By kind, the name and path of each page, with something to see on it."""
    lost, gone, failed = history.lost(), history.gone(), history.failed(call="call-9c")
    mending = history.site.container.desk.mending
    run = mending.start_bulk(BulkAction.RETRY, JobSearch(status=Status.FAILED), actor="operator:jane", rate=60)
    return {
        "jobs": {
            "overview": "/",
            "overview-day": "/?window=day",
            "jobs": "/jobs",
            "jobs-filtered": "/jobs?state=failed&action=book&within=24h",
            "job": f"/jobs/{failed.id}",
            "callers": "/callers",
        },
        "mending": {
            "mend-useful": f"/jobs/{failed.id}/mend",
            "mend-slot-gone": f"/jobs/{gone.id}/mend",
            "mend-already-done": f"/jobs/{lost.id}/mend",
            "bulk": "/bulk",
            "bulk-new": "/bulk/new?state=failed",
            "bulk-run": f"/bulk/{run.id}",
        },
        "set-up": {
            "webhooks": "/webhooks",
            "endpoint": f"/webhooks/{history.endpoints[1]}",
            "accounts": "/accounts",
            "account": f"/accounts/{history.account.id}",
            "agents": "/agents",
            "agent": f"/agents/{history.agent.id}",
        },
        "admin": {
            "audit": "/audit",
            "settings": "/settings",
            "operators": "/operators",
            "sessions": "/sessions",
            "nowhere": "/nowhere",
        },
    }


@pytest.mark.parametrize("look", ALL_LOOKS)
@pytest.mark.parametrize("kind", ["jobs", "mending", "set-up", "admin"])
def test_no_page_puts_anything_in_anybodys_way(
    visit: Visit, pages: dict[str, dict[str, str]], kind: str, look: Look
) -> None:
    visitor = visit(Role.ADMIN, look)
    visitor.expected = {404}
    for name, path in pages[kind].items():
        visitor.go(path).look_over(name)


@pytest.mark.parametrize("look", LOOKS)
def test_a_viewer_sees_no_name_and_no_button_that_mends(visit: Visit, history: History, look: Look) -> None:
    visitor = visit(Role.VIEWER, look)
    failed = history.failed()
    visitor.go(f"/jobs/{failed.id}").look_over("job-viewer")
    expect(visitor.page.get_by_role("link", name="Mend")).to_have_count(0)
    assert isinstance(failed.command, Book)
    assert failed.command.attendee.email not in visitor.page.content()
    visitor.expected = {403}
    visitor.go(f"/jobs/{failed.id}/mend").look_over("refused")
    expect(visitor.page.locator("main")).to_contain_text("This takes the role operator. Nothing was done.")


@pytest.mark.parametrize("look", LOOKS)
def test_the_overview_leads_to_who_is_to_be_called_back(visit: Visit, history: History, look: Look) -> None:
    history.to_call_back()
    visitor = visit(Role.VIEWER, look).go("/")
    page = visitor.page
    for window in ("Last day", "Last three days", "Last hour"):
        page.get_by_role("link", name=window, exact=True).click()
        expect(page.locator(".windows [aria-current]")).to_have_text(window)
    page.locator("summary", has_text="The same in numbers: throughput").click()
    expect(page.get_by_role("region", name="Throughput in numbers").get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("link", name="Call them back").click()
    expect(page.locator("h1")).to_have_text("Callers to call back")


@pytest.mark.parametrize("look", SCRIPTED)
def test_what_is_shown_holds_still_while_it_is_paused(visit: Visit, history: History, look: Look) -> None:
    call = f"call-paused-{look.name}"
    history.failed(call=call)
    visitor, asked = visit(Role.VIEWER, look), list[str]()
    page, lines = visitor.page, visitor.page.locator("#jobs tbody tr")
    page.clock.install()
    visitor.go(f"/jobs?call={call}")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-live-state]")).to_have_text("Paused")
    history.failed(call=call)
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(12_000)  # it looks every five seconds, when it does
    page.wait_for_function("1")
    assert asked == []
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(lines).to_have_count(2)


@pytest.mark.parametrize("look", LOOKS)
def test_a_request_is_read_and_copied_as_curl(visit: Visit, history: History, look: Look) -> None:
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{history.failed().id}")
    page, copy = visitor.page, visitor.page.get_by_role("button", name="Copy")
    page.locator("summary", has_text="The request as curl").click()
    expect(page.locator("#curl")).to_contain_text("curl -sS")
    visitor.look_over("job-curl")
    if look is Look.PLAIN:
        expect(copy).to_be_hidden()
        return
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy.click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#curl").inner_text()
