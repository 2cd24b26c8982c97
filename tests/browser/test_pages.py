"""Every page of the desk, as people see it: nothing stands in anybody's way, and nothing is wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.appointments import Book
from app.domain.bulk import BulkAction
from app.domain.job_search import JobSearch
from app.domain.jobs import Status
from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def pages(history: History) -> dict[str, str]:
    """The name and path of each page, with something to see on it."""
    lost, gone, failed = history.lost(), history.gone(), history.failed(call="call-9c")
    mending = history.site.container.desk.mending
    run = mending.start_bulk(BulkAction.RETRY, JobSearch(status=Status.FAILED), actor="operator:jane", rate=60)
    return {
        "overview": "/",
        "overview-day": "/?window=day",
        "jobs": "/jobs",
        "jobs-filtered": "/jobs?state=failed&action=book&within=24h",
        "job": f"/jobs/{failed.id}",
        "mend-useful": f"/jobs/{failed.id}/mend",
        "mend-slot-gone": f"/jobs/{gone.id}/mend",
        "mend-already-done": f"/jobs/{lost.id}/mend",
        "bulk": "/bulk",
        "bulk-new": "/bulk/new?state=failed",
        "bulk-run": f"/bulk/{run.id}",
        "callers": "/callers",
        "webhooks": "/webhooks",
        "endpoint": f"/webhooks/{history.endpoints[1]}",
        "accounts": "/accounts",
        "account": f"/accounts/{history.account.id}",
        "agents": "/agents",
        "agent": f"/agents/{history.agent.id}",
        "audit": "/audit",
        "settings": "/settings",
        "operators": "/operators",
        "sessions": "/sessions",
    }


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_puts_anything_in_anybodys_way(visit: Visit, pages: dict[str, str], look: Look) -> None:
    visitor = visit(Role.ADMIN, look)
    for name, path in pages.items():
        visitor.go(path).keep(name)
        assert visitor.page.locator("h1").count() == 1, name
        if look is not Look.PLAIN:  # axe and the look at the width are scripts
            assert (name, visitor.barriers(), visitor.scrolls_sideways()) == (name, [], False)


def test_what_was_sent_is_a_page_too(visit: Visit, history: History) -> None:
    visitor = visit(Role.ADMIN)
    visitor.go(f"/webhooks/{history.endpoints[1]}")
    tried = visitor.page.locator("#deliveries tr", has=visitor.page.locator("td.number", has_text=re.compile("[1-9]")))
    tried.first.get_by_role("link").click()  # most wait, for the endpoint is left alone after some failures
    expect(visitor.page.locator("#tries")).to_contain_text("no database")
    visitor.keep("delivery")
    assert (visitor.barriers(), visitor.scrolls_sideways()) == ([], False)


def test_a_viewer_sees_no_name_and_no_button_that_mends(visit: Visit, history: History) -> None:
    visitor = visit(Role.VIEWER)
    failed = history.failed()
    visitor.go(f"/jobs/{failed.id}").keep("job-viewer")
    assert visitor.page.get_by_role("link", name="Mend").count() == 0
    attendee = failed.command.attendee if isinstance(failed.command, Book) else None
    assert attendee is not None
    assert attendee.email not in visitor.page.content()
    visitor.expected = {403}
    visitor.go(f"/jobs/{failed.id}/mend").keep("refused")
    visitor.page.get_by_text("403").or_(visitor.page.get_by_role("heading")).first.wait_for()
    assert visitor.barriers() == []
