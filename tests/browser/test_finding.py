"""Finding jobs and callers: search, filters, files, the list of who is to be called back."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.domain.appointments import Book
from app.domain.jobs import Job
from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


def read_csv(path: Path) -> list[dict[str, str]]:
    """What looks like a formula has an apostrophe before it."""
    with path.open(newline="") as file:
        return [{name: value.removeprefix("'") for name, value in row.items()} for row in csv.DictReader(file)]


def read_json(path: Path) -> list[dict[str, str]]:
    return list(json.loads(path.read_text()))


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


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_shown_is_taken_away_as_a_file(visit: Visit, history: History, look: Look) -> None:
    call = f"call-export-{look.name}"
    jobs = {job.id: job for job in (history.failed(call=call) for _ in range(2))}
    visitor = visit(Role.OPERATOR, look).go(f"/jobs?call={call}&state=failed")
    for form, read in (("CSV", read_csv), ("JSON", read_json)):
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("button", name=f"Export {form}").click()
        assert re.fullmatch(rf"jobs-\d{{4}}-\d\d-\d\d\.{form.lower()}", download.value.suggested_filename)
        rows = read(download.value.path())
        assert {row["id"]: row["phone"] for row in rows} == {name: phone_of(job) for name, job in jobs.items()}
        assert {(row["state"], row["result"], row["call_session_id"]) for row in rows} == {
            ("failed", "upstream_down", call)
        }
    recorded = visitor.go("/audit?deed=export").page.locator("tbody tr").first
    for said in ("operator:operator", "jobs: 2"):
        expect(recorded).to_contain_text(said)


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
    expect(page.locator("[data-live-control]")).to_be_hidden()  # each look at the free times would ask Cal.com
    visitor.look_over("callers-claimed")
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


@pytest.mark.parametrize("look", LOOKS)
def test_a_claimed_call_is_nobody_elses_until_it_is_released(visit: Visit, history: History, look: Look) -> None:
    job = history.to_call_back()
    mine, other = visit(Role.OPERATOR, look).go("/callers"), visit(Role.ADMIN, look).go("/callers")
    of_mine, of_other = mine.page.locator(f"#{job.id}"), other.page.locator(f"#{job.id}")
    other.hold_still()
    mine.press("Claim", "The call is yours.", within=of_mine)
    other.expected = {409}
    of_other.get_by_role("button", name="Claim").click()
    other.page.get_by_text("Nothing was done.").wait_for()
    other.page.get_by_role("link", name="Back").click()
    expect(of_other).to_contain_text("operator since")
    expect(of_other.locator("summary")).to_have_count(0)
    mine.page.get_by_role("link", name="Claimed by me").click()
    mine.look_over("callers-mine")
    mine.press("Release", "Anybody may take the call now.", within=of_mine)
    expect(of_mine).to_have_count(0)
    other.page.reload()
    other.press("Claim", "The call is yours.", within=of_other)


@pytest.mark.parametrize("look", LOOKS)
def test_a_call_that_is_claimed_in_one_browser_appears_in_another(
    visit: Visit, history: History, hire: Callable[[str, Role], str], look: Look
) -> None:
    job, name = history.to_call_back(), hire(f"caller-{look.name}".lower(), Role.OPERATOR)
    here, there = (visit(None, look, name=name) for _ in range(2))
    here.go("/callers?tab=mine").page.get_by_text("You have claimed no call.").wait_for()
    there.go("/callers").press("Claim", "The call is yours.", within=there.page.locator(f"#{job.id}"))
    here.until_shown(here.page.locator(f"#{job.id}"))
    expect(here.page.get_by_text("You have claimed no call.")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
def test_who_is_nowhere_is_not_found(visit: Visit, look: Look) -> None:
    visitor = visit(Role.OPERATOR, look).go("/jobs?state=failed&within=1h")
    page = visitor.page
    page.get_by_role("searchbox").fill("+12125559999")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("No job is like that.").wait_for()
    visitor.look_over("jobs-none")
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("#jobs tbody tr")).not_to_have_count(0)
    page.get_by_role("link", name="Failed").click()
    assert page.url.endswith("/jobs?state=failed")


@pytest.fixture(scope="module")
def many(history: History) -> str:
    """The call of more jobs than go onto one page."""
    for _ in range(51):
        history.failed(call="call-many")
    return "call-many"


@pytest.mark.parametrize("look", LOOKS)
def test_a_long_list_is_gone_through_page_by_page(visit: Visit, many: str, look: Look) -> None:
    visitor = visit(Role.OPERATOR, look).go(f"/jobs?call={many}")
    page, lines = visitor.page, visitor.page.locator("#jobs tbody tr")
    expect(lines).to_have_count(50)
    for way, number in (("Older", 1), ("Newer", 50), ("Older", 1), ("Newest", 50)):
        page.get_by_role("link", name=way).click()
        expect(lines).to_have_count(number)
    expect(page.get_by_role("link", name="Newer")).to_have_count(0)
