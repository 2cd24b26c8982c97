"""Mending jobs as a person does it: with the mouse, on a phone, without a script, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.jobs import Job, Status
from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


def by_keyboard(page: Page, name: str) -> None:
    """Press Tab until what has this name is focused, as who has no mouse must, then Enter, and see the next page."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            break
    else:
        raise AssertionError(f"{name} cannot be reached by Tab on {page.url}")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def ends_as(history: History, job: Job, status: Status) -> Job:
    """The workers of the site end it so."""
    eventually(lambda: history.job(job).status is status, within=30, what=f"{job.id} is {status}")
    return history.job(job)


def test_the_keyboard_alone_completes_a_retry(visit: Visit, history: History) -> None:
    job = history.failed()
    page = visit(Role.OPERATOR).go("/").page
    for name in ("Jobs", job.id[:12], "Mend", "Retry now"):
        by_keyboard(page, name)
    page.get_by_text("The job runs again.").wait_for()
    ends_as(history, job, Status.SUCCEEDED)


@pytest.mark.parametrize("look", LOOKS)
def test_a_retry_of_what_cal_com_has_books_nothing(visit: Visit, history: History, look: Look) -> None:
    job = history.lost()
    before = len(history.calcom.bookings())
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{job.id}/mend")
    expect(visitor.page.locator("#verdict")).to_contain_text("already done")
    visitor.page.get_by_role("button", name="Retry now").click()
    ends_as(history, job, Status.SUCCEEDED)
    assert len(history.calcom.bookings()) == before
    visitor.go(f"/jobs/{job.id}").keep("job-mended")
    expect(visitor.page.locator("#state")).to_contain_text("A look at Cal.com found it; nothing was sent.")


@pytest.mark.parametrize("look", LOOKS)
def test_where_the_slot_is_gone_another_is_chosen_of_those_that_are_free(
    visit: Visit, history: History, look: Look
) -> None:
    job = history.gone()
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{job.id}/mend")
    visitor.reload_until("slot gone")  # Cal.com's free times may be some seconds old
    visitor.page.locator("#verdict .buttons a").first.click()
    expect(visitor.page.get_by_text("Chosen:")).to_be_visible()
    visitor.keep("mend-chosen")
    visitor.page.get_by_label("Why, for whoever").first.fill("offered on the phone")
    visitor.page.get_by_role("button", name="Change and retry").click()
    visitor.page.get_by_text("The job is changed and runs again").wait_for()
    assert ends_as(history, job, Status.SUCCEEDED).starts_at != job.starts_at


@pytest.mark.parametrize("look", LOOKS)
def test_a_contact_is_corrected_and_a_job_is_discarded_with_a_reason(
    visit: Visit, history: History, look: Look
) -> None:
    wrong, needless = history.failed(), history.failed()
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{wrong.id}/mend")
    visitor.page.get_by_label("Phone").fill("+12125550199")
    visitor.page.get_by_label("Why, for whoever").first.fill("a wrong number")
    visitor.page.get_by_role("button", name="Change and retry").click()
    ends_as(history, wrong, Status.SUCCEEDED)

    visitor.go(f"/jobs/{needless.id}/mend")
    discard = visitor.page.locator("form[action$='/discard']")
    discard.get_by_role("textbox").fill("booked elsewhere")
    discard.get_by_role("button", name="Discard").click()
    visitor.page.get_by_text("The job is discarded.").wait_for()
    assert history.job(needless).status is Status.DISCARDED
    visitor.go(f"/audit?target={needless.id}")
    expect(visitor.page.locator("main")).to_contain_text("booked elsewhere")


@pytest.mark.parametrize("look", LOOKS)
def test_all_that_match_are_mended_in_one_run(visit: Visit, history: History, look: Look) -> None:
    call = f"call-{look.name}"
    jobs = [history.failed(call=call) for _ in range(3)]
    visitor = visit(Role.OPERATOR, look).go(f"/jobs?state=failed&call={call}")
    visitor.page.get_by_role("link", name="Mend all that match").click()
    expect(visitor.page.locator("main")).to_contain_text(f"call {call}")
    visitor.page.get_by_label("Jobs a minute").fill("600")
    visitor.page.get_by_role("button", name="Find and check them").click()
    visitor.page.wait_for_url("**/bulk/bulk_*")
    visitor.until("Retry 3 jobs").click()
    visitor.page.get_by_text("The run acts on 3 jobs now.").wait_for()
    for job in jobs:
        ends_as(history, job, Status.SUCCEEDED)
    visitor.until_text("3 of 3 ended")
    visitor.keep("bulk-run-done")


def test_a_run_is_paused_resumed_and_cancelled(visit: Visit, history: History) -> None:
    jobs = [history.failed(call="call-slow") for _ in range(4)]
    visitor = visit(Role.OPERATOR).go("/jobs?state=failed&call=call-slow")
    visitor.page.get_by_role("link", name="Mend all that match").click()
    visitor.page.get_by_label("Jobs a minute").fill("1")
    visitor.page.get_by_role("button", name="Find and check them").click()
    visitor.page.wait_for_url("**/bulk/bulk_*")
    visitor.until("Retry 4 jobs").click()
    for button, said in (("Pause", "paused"), ("Resume", "goes on"), ("Cancel the run", "cancelled")):
        visitor.page.locator("#bulk-decisions").get_by_role("button", name=button).click()
        visitor.page.locator(".said").get_by_text(said).wait_for()
    assert sum(history.job(job).status is Status.FAILED for job in jobs) >= 2
