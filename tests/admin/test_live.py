"""Pages are brought up to date while they are looked at, and hold still while somebody is at something in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.domain.appointments import Book
from app.domain.operators import Role
from app.storage.database import Database
from tests.admin.job_rows import ATTENDEE, database_of
from tests.admin.site import PASSWORD, DeskSite
from tests.storage import callback_rows, rows
from tests.storage.rows import START
from tests.support.browser import serving

pytestmark = pytest.mark.slow

STATE = "[data-live-state]"
ROUND = 6_000
"""Milliseconds in which a page has asked for news at least once."""


@pytest.fixture
def database(site: DeskSite) -> Iterator[Database]:
    with database_of(site) as database:
        yield database


@pytest.fixture
def page(site: DeskSite, chromium: Browser) -> Iterator[Page]:
    """An operator at the list of jobs, whose clock goes by hand."""
    site.browser(Role.OPERATOR)
    with serving(site.wsgi) as url:
        context = chromium.new_context(base_url=url, permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.clock.install()
        page.goto("/desk/sign-in?next=/jobs")
        page.fill("input[name=name]", "operator@clinic.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button")
        expect(page.locator("h1")).to_have_text("Jobs")
        yield page
        context.close()


def job(database: Database) -> str:
    return rows.added(database, command=Book(attendee=ATTENDEE, starts_at=START), created_at=datetime.now(UTC)).id


def lines(page: Page, number: int) -> None:
    expect(page.locator("#jobs tbody tr")).to_have_count(number)


def pass_a_round(page: Page, *, asks: bool) -> None:
    """Let the page's clock go on; it asks the server for news then, or holds still."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(ROUND)
    page.wait_for_function("1")  # what the clock set off has begun
    assert bool(asked) is asks


def test_a_new_job_appears_by_itself_with_times_in_the_readers_zone(page: Page, database: Database) -> None:
    lines(page, 0)
    job(database)
    page.clock.run_for(ROUND)
    lines(page, 1)
    expect(page.locator("nav.tabs a", has_text="Queued")).to_have_text("Queued 1")
    assert "UTC" in (page.locator("#jobs tbody time").first.get_attribute("title") or "")


def test_the_button_stops_it_and_lets_it_go_on(page: Page, database: Database) -> None:
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(STATE)).to_have_text("Paused")
    job(database)
    pass_a_round(page, asks=False)
    lines(page, 0)
    page.get_by_role("button", name="Go on").click()
    lines(page, 1)
    expect(page.locator(STATE)).to_have_text("Live")


def test_selected_text_and_focus_in_the_list_hold_it_still(page: Page, database: Database) -> None:
    job(database)
    page.clock.run_for(ROUND)
    lines(page, 1)
    job(database)
    page.locator("#jobs tbody td").first.select_text()
    pass_a_round(page, asks=False)
    expect(page.locator(STATE)).to_have_text("Paused while text is selected")
    page.evaluate("getSelection().removeAllRanges()")
    page.locator("#jobs tbody a").first.focus()
    pass_a_round(page, asks=False)
    expect(page.locator(STATE)).to_have_text("Paused while you are at something in it")
    lines(page, 1)
    page.locator("input[name=search]").focus()
    page.clock.run_for(ROUND)
    lines(page, 2)


def test_a_chosen_row_holds_it_still(page: Page, database: Database) -> None:
    page.evaluate("document.querySelector('#jobs').insertAdjacentHTML('beforeend', '<input type=checkbox checked>')")
    pass_a_round(page, asks=False)
    expect(page.locator(STATE)).to_have_text("Paused while something is chosen")
    page.evaluate("document.querySelector('#jobs input').checked = false")
    job(database)
    page.clock.run_for(ROUND)
    lines(page, 1)


def test_what_is_typed_is_not_lost_when_its_writer_looks_elsewhere(page: Page, database: Database) -> None:
    first = callback_rows.failed(database)
    page.goto("/desk/callers")
    note = page.locator(f"#{first.id} input[name=note]")
    page.locator(f"#{first.id} summary").click()
    note.fill("comes on Friday")
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    callback_rows.failed(database)
    pass_a_round(page, asks=False)
    expect(page.locator(STATE)).to_have_text("Paused while something is typed")
    expect(note).to_have_value("comes on Friday")
    note.fill("")
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(ROUND)
    expect(page.locator("ul.callers > li")).to_have_count(2)


def test_a_page_without_a_reader_does_not_keep_the_session_alive(page: Page, database: Database) -> None:
    page.clock.fast_forward(11 * 60_000)
    expect(page.locator(STATE)).to_have_text("Paused: nobody is here")
    pass_a_round(page, asks=False)
    job(database)
    page.mouse.move(10, 10)
    lines(page, 1)


def test_a_session_that_is_over_is_said_to_be(page: Page, site: DeskSite) -> None:
    site.operators.staff.sign_out_everywhere("operator@clinic.example", actor="test")
    page.clock.run_for(ROUND)
    expect(page.locator(STATE)).to_have_text("You are signed out: load the page anew")
    pass_a_round(page, asks=False)


def test_a_job_is_followed_to_its_end_and_what_was_opened_stays_open(page: Page, database: Database) -> None:
    claimed = rows.claimed(database, rows.added(database))
    assert rows.retry(database, claimed)
    page.goto(f"/desk/jobs/{claimed.id}")
    page.locator("#attempt-1 summary").click()
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    again = rows.claimed(database, claimed, now=rows.NOW + rows.SECOND)
    assert rows.finish(database, again, now=rows.NOW + 2 * rows.SECOND)
    page.clock.run_for(ROUND)
    expect(page.locator("#state .tag").first).to_have_text("succeeded")
    expect(page.locator("#attempt-1")).to_have_attribute("open", "")


def test_what_is_over_is_not_asked_for_any_more(page: Page, database: Database) -> None:
    """Each look at a job that ended without its booking asks Cal.com what a retry would come to."""
    waiting = rows.claimed(database, rows.added(database))
    page.goto(f"/desk/jobs/{waiting.id}/mend")
    expect(page.locator(STATE)).to_have_text("Live")
    assert rows.finish(database, waiting)
    page.clock.run_for(ROUND)
    expect(page.locator("[data-live-control]")).to_be_hidden()
    pass_a_round(page, asks=False)


def test_the_request_is_copied(page: Page, database: Database) -> None:
    page.goto(f"/desk/jobs/{job(database)}")
    page.get_by_text("The request as curl").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-copied]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -sS http://localhost/api/v1/")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1300])
def test_the_pages_are_fit_for_everybody(page: Page, database: Database, colours: str, width: int) -> None:
    made = job(database)
    assert rows.retry(database, rows.claimed(database, rows.added(database)))
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/desk/jobs", "/desk/jobs?state=queued&org=org&result=internal", f"/desk/jobs/{made}"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
