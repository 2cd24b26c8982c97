"""A form is sent once, however often its button is pressed before the answer is there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from playwright.sync_api import Browser, Page, expect

from app.admin.endpoint_facts import ALL
from app.domain.audit import AuditFilter, Deed
from app.domain.operators import Role
from tests.admin.site import PASSWORD, DeskSite
from tests.support.browser import serving
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

PRESS_TWICE = """(button) => {
    button.click();
    setTimeout(() => { button.click(); console.log("twice"); }, 100);
}"""


@pytest.fixture
def lets_go() -> threading.Event:
    """The server makes no secret before."""
    return threading.Event()


@pytest.fixture
def page(site: DeskSite, chromium: Browser, lets_go: threading.Event) -> Iterator[Page]:
    """An admin at an endpoint."""

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith("/rotate"):
            lets_go.wait(10)
        return site.wsgi(environ, start_response)

    add = site.operators.webhooks.add_endpoint
    endpoint = add(org_id=site.agent().org_id, url="http://127.0.0.1:9/hook", scope=ALL, actor="test").endpoint
    site.browser(Role.ADMIN)
    with serving(slow) as url:
        context = chromium.new_context(base_url=url)
        page = context.new_page()
        page.goto(f"/desk/sign-in?next=/webhooks/{endpoint.id}")
        page.fill("input[name=name]", "admin@clinic.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button")
        expect(page.locator("h1")).to_have_text(endpoint.url)
        yield page
        context.close()


def secrets_made(site: DeskSite) -> int:
    with site.database.reading_unit() as unit:
        return len(unit.audit.search(AuditFilter(deed=Deed.ENDPOINT_ROTATE)))


def test_who_presses_twice_makes_one_secret_and_later_another(
    page: Page, site: DeskSite, lets_go: threading.Event
) -> None:
    button = page.get_by_role("button", name="Make a new secret")
    with page.expect_console_message():
        button.evaluate(PRESS_TWICE)
    lets_go.set()
    expect(page.locator("code.secret")).to_be_visible()
    assert secrets_made(site) == 1
    button.click()
    eventually(lambda: secrets_made(site) == 2, what="another secret is made")


def test_one_press_after_another_takes_one_file_after_another(page: Page) -> None:
    page.goto("/desk/jobs")
    for form in ("CSV", "JSON"):
        with page.expect_download():
            page.get_by_role("button", name=f"Export {form}").click()


def test_a_form_that_was_never_answered_can_be_sent_again(page: Page, site: DeskSite, lets_go: threading.Event) -> None:
    lets_go.set()
    page.clock.install()
    page.reload()
    page.route("**/rotate", lambda route: route.abort("aborted"))
    button = page.get_by_role("button", name="Make a new secret")
    button.click()
    page.unroute("**/rotate")
    button.click()
    assert secrets_made(site) == 0
    page.clock.run_for(15_000)
    button.click()
    expect(page.locator("code.secret")).to_be_visible()
    assert secrets_made(site) == 1
