"""Mending jobs as a person does it: with the mouse, on a phone, without a script, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.answers import Result
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
def test_what_was_not_answered_is_looked_for_and_not_sent_again(visit: Visit, history: History, look: Look) -> None:
    job = history.unanswered()
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{job.id}/mend")
    expect(visitor.page.locator("#verdict")).to_contain_text("outcome unknown")
    visitor.look_over("mend-unknown")
    history.appear(job)
    before = len(history.calcom.bookings())
    visitor.press("Look for it now", "The job runs again.")
    ends_as(history, job, Status.SUCCEEDED)
    assert len(history.calcom.bookings()) == before


@pytest.mark.parametrize("look", LOOKS)
def test_what_may_be_in_cal_com_is_discarded_only_by_who_has_looked(visit: Visit, history: History, look: Look) -> None:
    lost = history.lost()
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{lost.id}/mend")
    discard = visitor.page.locator("form[action$='/discard']")
    discard.get_by_role("textbox").fill("told by hand")
    discard.get_by_role("button", name="Discard").click()
    looked = discard.get_by_label("I looked in Cal.com")
    expect(looked).to_be_focused()  # the browser asks for it
    assert history.job(lost).status is Status.FAILED
    looked.check()
    visitor.press("Discard", "The job is discarded.", within=discard)
    expect(visitor.page.locator("main dl")).to_contain_text("discarded")
    visitor.look_over("mend-discarded")
    visitor.page.get_by_role("link", name=lost.id).click()
    expect(visitor.page.locator("tr", has_text="told by hand")).to_contain_text("discard")


@pytest.mark.parametrize("look", LOOKS)
def test_free_times_are_shown_week_by_week_and_one_is_chosen(visit: Visit, history: History, look: Look) -> None:
    job = history.failed()
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{job.id}/mend")
    page, change = visitor.page, visitor.page.locator("#change")
    page.get_by_role("link", name="Check again").click()
    expect(page.locator("#verdict")).to_contain_text("useful")
    expect(page.get_by_label("Desk").locator("[aria-current]")).to_have_text("Jobs")
    days = change.locator("h4")
    shown = [days.first.inner_text()]
    for way in ("Later", "Later", "Earlier"):
        change.get_by_role("link", name=way).click()
        expect(days.first).not_to_have_text(shown[-1])
        shown.append(days.first.inner_text())
    assert shown[1] == shown[3] != shown[2]
    visitor.look_over("mend-week")
    wanted = change.locator(".slots a").last
    label = wanted.inner_text()
    wanted.click()
    expect(change.get_by_role("status")).to_contain_text(label)
    change.get_by_label("Why, for whoever").fill("offered on the phone")
    visitor.press("Change and retry", "The job is changed and runs again", within=change)
    assert ends_as(history, job, Status.SUCCEEDED).starts_at != job.starts_at
    visitor.go(f"/audit?deed=amend&target={job.id}")
    expect(page.locator("tbody tr")).to_contain_text("offered on the phone")


@pytest.mark.parametrize("look", LOOKS)
def test_a_page_that_is_older_than_the_job_does_nothing(visit: Visit, history: History, look: Look) -> None:
    job = history.failed()
    first, second = (visit(Role.OPERATOR, look).go(f"/jobs/{job.id}/mend") for _ in range(2))
    first.press("Retry now", "The job runs again.")
    booked = ends_as(history, job, Status.SUCCEEDED)
    second.expected = {409}
    second.page.get_by_role("button", name="Retry now").click()
    second.page.get_by_role("alert").get_by_text("has changed since it was looked at").wait_for()
    second.look_over("mend-too-late")
    assert history.job(job) == booked


@pytest.mark.parametrize("look", LOOKS)
def test_where_the_slot_is_gone_a_retry_all_the_same_fails_again(visit: Visit, history: History, look: Look) -> None:
    job = history.gone()
    visitor = visit(Role.OPERATOR, look).go(f"/jobs/{job.id}/mend")
    visitor.reload_until("slot gone")
    visitor.press("Retry all the same", "The job runs again.")
    eventually(lambda: history.job(job).finished_at not in {None, job.finished_at}, within=30, what="it ends anew")
    again = history.job(job)
    assert again.final is not None
    assert (again.status, again.final.result) == (Status.FAILED, Result.SLOT_TAKEN)
