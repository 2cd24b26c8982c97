"""Finding jobs and callers: search, filters, files, the list of who is to be called back."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.appointments import Book
from app.domain.jobs import Job
from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


def phone_of(job: Job) -> str:
    assert isinstance(job.command, Book)
    return job.command.attendee.phone


@pytest.mark.parametrize("look", LOOKS)
def test_a_caller_is_found_by_number_and_the_address_does_not_tell_it(
    visit: Visit, history: History, look: Look
) -> None:
    job = history.failed()
    visitor = visit(Role.OPERATOR, look).go("/jobs")
    visitor.page.get_by_role("searchbox").fill(phone_of(job))
    visitor.page.get_by_role("button", name="Search").click()
    expect(visitor.page.locator("#jobs tbody tr")).to_have_count(1)
    expect(visitor.page.locator("#jobs tbody")).to_contain_text(job.id[:10])
    assert phone_of(job).strip("+") not in visitor.page.url
    visitor.page.locator("#jobs tbody a").first.click()
    expect(visitor.page.locator("h1")).to_contain_text(job.id)


@pytest.mark.parametrize("look", LOOKS)
def test_filters_stand_in_the_address_and_are_taken_out_one_by_one(visit: Visit, history: History, look: Look) -> None:
    job = history.failed(call=f"call-filter-{look.name}")
    visitor = visit(Role.OPERATOR, look).go("/jobs?state=failed")
    page = visitor.page
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Call session").fill(job.command.call_session_id)
    page.get_by_label("Error code").select_option("upstream_down")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#jobs tbody tr")).to_have_count(1)
    assert f"call={job.command.call_session_id}" in page.url
    page.locator(".chips a", has_text="call").click()
    expect(page.locator(".chips")).not_to_contain_text("call:")
    assert "result=upstream_down" in page.url


def test_what_is_shown_is_taken_away_as_a_file(visit: Visit, history: History) -> None:
    jobs = [history.failed(call="call-export") for _ in range(2)]
    visitor = visit(Role.OPERATOR).go("/jobs?call=call-export")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Export CSV").click()
    with download.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {job.id for job in jobs} == {value for row in rows for value in row.values() if value.startswith("job_")}


def test_a_job_that_ends_is_seen_to_end_without_loading_again(visit: Visit, history: History) -> None:
    job = history.failed(call="call-live")
    visitor = visit(Role.OPERATOR).go("/jobs?call=call-live")
    expect(visitor.page.locator("#jobs tbody")).to_contain_text("failed")
    other = visit(Role.OPERATOR).go(f"/jobs/{job.id}/mend")
    other.page.get_by_role("button", name="Retry now").click()
    expect(visitor.page.locator("#jobs tbody")).to_contain_text("succeeded", timeout=30_000)


@pytest.mark.parametrize("look", LOOKS)
def test_a_caller_is_claimed_told_free_times_and_done_with(visit: Visit, history: History, look: Look) -> None:
    job = history.to_call_back()
    visitor = visit(Role.OPERATOR, look).go("/callers")
    page = visitor.page
    mine = page.locator(f"#{job.id}")
    expect(mine.get_by_role("link", name=phone_of(job))).to_have_attribute("href", f"tel:{phone_of(job)}")
    mine.get_by_role("button", name="Claim").click()
    expect(mine).to_contain_text("yours")
    mine.get_by_role("link", name="Which times are free now?").click()
    expect(mine).to_contain_text("Free now, nearest first")
    visitor.keep("callers-claimed")
    mine.locator("summary").click()
    mine.get_by_label("What came of it").fill("comes on Friday")
    mine.get_by_role("button", name="Done").click()
    expect(page.locator(f"#{job.id}")).to_have_count(0)
    visitor.go("/callers?tab=done")
    expect(page.locator(f"#{job.id}")).to_contain_text("comes on Friday")


def test_who_is_served_after_all_comes_off_the_list(visit: Visit, history: History) -> None:
    job = history.to_call_back()
    visitor = visit(Role.OPERATOR).go("/callers")
    visitor.page.locator(f"#{job.id}").get_by_role("link", name="Mend it").click()
    visitor.page.get_by_role("button", name="Retry now").click()
    visitor.page.get_by_text("The job runs again.").wait_for()
    visitor.go("/callers")
    expect(visitor.page.locator(f"#{job.id}")).to_have_count(0, timeout=30_000)
