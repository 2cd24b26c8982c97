"""Runs over many jobs as a person steers them: found, checked, confirmed, paused, resumed, cancelled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.jobs import Status
from app.domain.operators import Role
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


def find_and_check(visitor: Visitor, call: str, *, rate: int, do: str = "retry", reason: str = "") -> None:
    """A run over the failed jobs of that call, begun from the list of jobs."""
    page = visitor.go(f"/jobs?state=failed&call={call}").page
    page.get_by_role("link", name="Mend all that match").click()
    expect(page.locator("main")).to_contain_text(f"call {call}")
    page.get_by_label("Action").select_option(do)
    page.get_by_label("Jobs a minute").fill(str(rate))
    page.get_by_label("Why; needed").fill(reason)
    page.get_by_role("button", name="Find and check them").click()


def are_recorded(visitor: Visitor, *deeds: str) -> None:
    """Of the run that is looked at, the newest first."""
    run_id = visitor.page.url.rpartition("/")[2].partition("?")[0]
    rows = visitor.go(f"/audit?target={run_id}").page.locator("tbody tr")
    expect(rows).to_contain_text(list(deeds))


@pytest.mark.parametrize("look", LOOKS)
def test_all_that_match_are_mended_in_one_run(visit: Visit, history: History, look: Look) -> None:
    call = f"call-{look.name}"
    jobs = [history.failed(call=call) for _ in range(3)]
    visitor = visit(Role.OPERATOR, look)
    find_and_check(visitor, call, rate=600)
    visitor.page.wait_for_url("**/bulk/bulk_*")
    visitor.until("Retry 3 jobs").click()
    visitor.page.locator(".said").get_by_text("The run acts on 3 jobs now.").wait_for()
    visitor.until_shown(visitor.page.locator("#bulk-progress h2", has_text="done"))
    expect(visitor.page.locator("#bulk-progress")).to_contain_text("3 of 3 ended")
    assert {history.job(job).status for job in jobs} == {Status.SUCCEEDED}
    visitor.page.get_by_label("Show").select_option("ended")
    visitor.page.get_by_role("button", name="Show").click()
    expect(visitor.page.locator("#bulk-jobs tbody tr")).to_have_count(3)
    expect(visitor.page.locator("#bulk-jobs")).to_contain_text(jobs[0].id)
    visitor.look_over("bulk-run-done")
    visitor.page.get_by_label("Show").select_option("skipped")
    visitor.page.get_by_role("button", name="Show").click()
    expect(visitor.page.locator("#bulk-jobs tbody")).to_have_text("None.")


@pytest.mark.parametrize("look", LOOKS)
def test_a_run_is_paused_resumed_and_cancelled(visit: Visit, history: History, look: Look) -> None:
    call = f"call-slow-{look.name}"
    jobs = [history.failed(call=call) for _ in range(4)]
    visitor = visit(Role.OPERATOR, look)
    find_and_check(visitor, call, rate=1)
    visitor.page.wait_for_url("**/bulk/bulk_*")
    visitor.until("Retry 4 jobs").click()
    visitor.page.locator(".said").get_by_text("The run acts on 4 jobs now.").wait_for()
    visitor.until_text("1 of 4 ended")
    stage, decisions = visitor.page.locator("#bulk-progress h2"), visitor.page.locator("#bulk-decisions")
    for button, said, now, looks in (
        ("Pause the run", "The run is paused.", "paused", "bulk-paused"),
        ("Resume the run", "The run goes on.", "running", "bulk-running"),
        ("Cancel the run", "The run is cancelled", "cancelled", "bulk-cancelled"),
    ):
        visitor.press(button, said, within=decisions)
        expect(stage).to_contain_text(now)
        visitor.look_over(looks)
    expect(decisions.get_by_role("button")).to_have_count(0)
    never_begun = [history.job(job).status for job in jobs].count(Status.FAILED)
    assert never_begun in {2, 3}  # one more may have been begun between the two last buttons
    expect(visitor.page.locator("#bulk-progress")).to_contain_text(f"{never_begun} never begun")
    are_recorded(visitor, "bulk cancel", "bulk resume", "bulk pause", "bulk confirm", "bulk start")


@pytest.mark.parametrize("look", LOOKS)
def test_a_run_discards_for_a_reason_and_what_is_open_only_when_that_is_said(
    visit: Visit, history: History, look: Look
) -> None:
    call = f"call-discard-{look.name}"
    plain, lost = history.failed(call=call), history.lost(call=call)
    visitor = visit(Role.OPERATOR, look)
    visitor.expected = {400}
    find_and_check(visitor, call, rate=600, do="discard")
    visitor.page.get_by_role("alert").get_by_text("It is empty. Say why").wait_for()
    visitor.look_over("bulk-without-reason")
    visitor.page.get_by_label("Why; needed").fill("called back by hand")
    visitor.page.get_by_role("button", name="Find and check them").click()
    visitor.page.wait_for_url("**/bulk/bulk_*")
    visitor.until("Discard 1 job").first.wait_for()
    visitor.look_over("bulk-discard")
    visitor.press("Check them again", "The jobs are checked once more.")
    visitor.until("Discard 2 jobs, also 1 of open outcome").click()
    visitor.page.locator(".said").get_by_text("The run acts on 2 jobs now.").wait_for()
    visitor.until_text("2 of 2 ended")
    assert {history.job(job).status for job in (plain, lost)} == {Status.DISCARDED}
    are_recorded(visitor, "bulk confirm", "bulk check", "bulk start")
    visitor.go(f"/audit?deed=discard&target={lost.id}")
    expect(visitor.page.locator("tbody tr")).to_contain_text("called back by hand (bulk_")
