"""Many jobs at once, at the desk: counted before anything is done, confirmed by number, watched, stopped."""

from __future__ import annotations

import re

import pytest

from app.domain.answers import Result
from app.domain.audit import AuditFilter, Deed
from app.domain.directory import Agent
from app.domain.jobs import Job, Status
from app.domain.operators import Role
from tests.admin.mending import HALF_HOUR, booked, failed, job_of, weekday, work
from tests.admin.site import Browser, DeskSite, Page
from tests.support.sandbox import SandboxProcess


@pytest.fixture
def jane(site: DeskSite) -> Browser:
    return site.browser(Role.OPERATOR)


def failed_ones(site: DeskSite, agent: Agent, number: int) -> list[Job]:
    """Half an hour apart, from nine in the morning."""
    return [failed(site, booked(site, agent, weekday(7, 9) + each * HALF_HOUR)) for each in range(number)]


def start(jane: Browser, **fields: str) -> str:
    """The path of a run that was begun."""
    jane.get("/bulk/new")
    begun = jane.post("/bulk", headers=None, **{"do": "retry", "state": "failed", "rate": "600"} | fields)
    assert begun.status == 303, begun.text
    return begun.goes_to


def go_on(site: DeskSite, path: str) -> None:
    """A worker's turn."""
    site.container.workers.advance_bulk(path.rpartition("/")[2])


def send(jane: Browser, path: str, what: str, **fields: str) -> Page:
    return jane.post(f"{path}/{what}", headers=None, **fields)


def test_many_jobs_are_counted_confirmed_and_done(site: DeskSite, jane: Browser, calcom: SandboxProcess) -> None:
    agent = site.agent()
    jobs = failed_ones(site, agent, 4)
    work(site, booked(site, agent, weekday(7, 9), email="other@example.com"))
    path = start(jane, reason="the line was down")
    assert "collecting" in jane.get(path).text
    go_on(site, path)
    page = jane.get(path)
    assert "4 jobs found. 4 of 4 checked" in page.text
    assert "useful Cal.com has nothing of it, and it can still be done. 3 3 to be done" in page.text
    assert "slot gone Cal.com does not offer this time any more. 1 1 left alone" in page.text
    assert "Retry 3 jobs" in page.text
    assert len(calcom.bookings()) == 1

    refused = send(jane, path, "confirm", number="4")
    assert (refused.status, "It would act on 3 jobs now, not on 4" in refused.text) == (409, True)
    assert send(jane, path, "confirm", number="3").goes_to == path
    go_on(site, path)
    assert "3 on their way, 0 to be done" in jane.get(path).text
    assert [work(site, job).status for job in jobs[1:]] == [Status.SUCCEEDED] * 3
    assert job_of(site, jobs[0].id) == jobs[0]
    go_on(site, path)
    page = jane.get(path)
    assert ("done" in page.text, "3 of 3 ended" in page.text, "3 booked" in page.text) == (True, True, True)
    assert len(calcom.bookings()) == 4
    entries = site.operators.list_audit(AuditFilter(deed=Deed.REQUEUE))
    assert {entry.target for entry in entries} == {job.id for job in jobs[1:]}
    run_id = path.rpartition("/")[2]
    assert {entry.reason for entry in entries} == {f"the line was down ({run_id})"}


def test_the_jobs_of_a_run_are_listed_with_what_became_of_each(site: DeskSite, jane: Browser) -> None:
    jobs = failed_ones(site, site.agent(), 3)
    path = start(jane)
    go_on(site, path)
    send(jane, path, "confirm", number="3")
    go_on(site, path)
    work(site, jobs[1])
    page = jane.get(path)
    assert re.findall(r"(job_\w+) useful (.+?) 2", page.text) == [
        (jobs[0].id, "on its way: queued"),
        (jobs[1].id, "booked"),
        (jobs[2].id, "on its way: queued"),
    ]
    assert jobs[0].id not in jane.get(path, show="skipped").text
    assert jane.get(path, show="nonsense").status == 400


def test_a_run_can_be_stopped_and_gone_on_with(site: DeskSite, jane: Browser) -> None:
    failed_ones(site, site.agent(), 2)
    path = start(jane)
    assert send(jane, path, "pause").goes_to == path
    go_on(site, path)
    assert "paused" in jane.get(path).text
    send(jane, path, "resume")
    go_on(site, path)
    assert "Retry 2 jobs" in jane.get(path).text
    assert send(jane, path, "check").status == 303
    go_on(site, path)
    assert send(jane, path, "cancel").status == 303
    assert "cancelled" in jane.get(path).text
    late = send(jane, path, "confirm", number="2")
    assert (late.status, "The run is cancelled now" in late.text) == (409, True)
    assert site.operators.list_audit(AuditFilter(deed=Deed.REQUEUE)) == []
    deeds = [entry.deed for entry in site.operators.list_audit(AuditFilter(target=path.rpartition("/")[2]))]
    assert deeds == [Deed.BULK_CANCEL, Deed.BULK_CHECK, Deed.BULK_RESUME, Deed.BULK_PAUSE, Deed.BULK_START]


def test_a_cancelled_run_tells_how_those_ended_that_it_had_begun(site: DeskSite, jane: Browser) -> None:
    jobs = failed_ones(site, site.agent(), 2)
    path = start(jane, rate="1")
    go_on(site, path)
    send(jane, path, "confirm", number="2")
    go_on(site, path)
    send(jane, path, "cancel")
    assert "0 of 2 ended; 1 on their way, 1 never begun" in jane.get(path).text
    (begun,) = [job for job in jobs if job_of(site, job.id).status is Status.QUEUED]
    work(site, begun)
    page = jane.get(path).text
    assert "1 of 2 ended; 0 on their way, 1 never begun" in page
    assert re.search(r"it can still be done\. 2 1 (booked, 1 never begun|never begun, 1 booked)", page), page


def test_jobs_whose_outcome_is_open_are_left_out_of_a_discard(
    site: DeskSite, jane: Browser, calcom: SandboxProcess
) -> None:
    agent = site.agent()
    plain = failed(site, booked(site, agent, weekday(7, 9)))
    calcom.faults(["cut_after_commit"])
    lost = booked(site, agent, weekday(7, 10))
    work(site, lost)
    lost = failed(site, lost, Result.OUTCOME_UNKNOWN)
    path = start(jane, do="discard", reason="too late by now")
    go_on(site, path)
    page = jane.get(path)
    assert "Discard 1 job " in page.text
    assert "Discard 2 jobs, also 1 of open outcome" in page.text
    send(jane, path, "confirm", number="1")
    go_on(site, path)
    assert (job_of(site, plain.id).status, job_of(site, lost.id)) == (Status.DISCARDED, lost)


def test_a_link_fills_the_form_in(jane: Browser) -> None:
    page = jane.get("/bulk/new", result="outcome_unknown", call="call-1", do="discard", rate="5")
    kept = 'name="result" value="outcome_unknown"', 'name="call" value="call-1"'
    assert [part in page.html for part in (*kept, 'value="discard" selected', 'value="5"')] == [True] * 4
    assert "every state ended as outcome unknown call call-1" in page.text
    assert "state failed" in jane.get("/bulk/new").text
    assert jane.get("/bulk/new", who="sealed").status == 400
    assert jane.post("/bulk", headers=None, do="retry", state="failed", who="sealed").status == 400
    assert "Nobody has retried" in jane.get("/bulk").text


def test_all_that_match_on_the_list_of_jobs_are_what_a_run_is_over(site: DeskSite, jane: Browser) -> None:
    first, second = site.agent(), site.agent()
    (mine,) = failed_ones(site, first, 1)
    failed_ones(site, second, 1)
    listed = jane.get("/jobs", state="failed", action="book", agent=first.id)
    (new,) = re.findall(r'href="/desk(/bulk/new[^"]+)">Mend all that match', listed.html)
    form = jane.get(new.replace("&amp;", "&"))
    hidden = dict(re.findall(r'<input type="hidden" name="(state|action|agent)" value="([^"]+)"', form.html))
    assert hidden == {"state": "failed", "action": "book", "agent": first.id}
    path = jane.post("/bulk", headers=None, do="retry", rate="60", **hidden).goes_to
    go_on(site, path)
    assert re.findall(r"(job_\w+) useful", jane.get(path).text) == [mine.id]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "discard"}, "reason: It is empty"),
        ({"rate": "601"}, "rate: It must be from 1 to 600"),
        ({"rate": "many"}, "rate: It must be a whole number"),
        ({"do": "nothing"}, "do: There is no such choice"),
        ({"from": "2026-01-02T10:00", "to": "2026-01-01T10:00"}, "to: It must be later"),
        ({"org": "00000000-0000-4000-8000-000000000000"}, "There is no organization"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_with_why(jane: Browser, fields: dict[str, str], said: str) -> None:
    jane.get("/bulk/new")
    page = jane.post("/bulk", headers=None, **{"do": "retry", "state": "failed", "rate": "60"} | fields)
    assert (page.status, said in page.text) == (400, True), page.text
    assert "Nobody has retried or discarded many jobs" in jane.get("/bulk").text


def test_viewers_watch_and_operators_decide(site: DeskSite, jane: Browser) -> None:
    failed_ones(site, site.agent(), 1)
    path = start(jane)
    go_on(site, path)
    viewer = site.browser(Role.VIEWER)
    page = viewer.get(path)
    assert (page.status, "1 of 1 checked" in page.text, "What next" in page.text) == (200, True, False)
    assert "/mend" not in page.html
    assert (path in viewer.get("/bulk").html, "New run" in viewer.get("/bulk").text) == (True, False)
    assert viewer.get("/bulk/new").status == 403
    assert send(viewer, path, "confirm", number="1").status == 403


def test_runs_are_listed_page_by_page(site: DeskSite, jane: Browser) -> None:
    for _ in range(51):
        send(jane, start(jane), "cancel")
    first = jane.get("/bulk")
    (older,) = re.findall(r'href="/desk(/bulk\?before=[^"]+)"', first.html)
    assert (first.html.count('<th scope="row"'), jane.get(older).html.count('<th scope="row"')) == (50, 1)
    for nowhere in ("nonsense x", "2026-01-01~x", "0001-01-01T00:00+14:00~x"):
        assert jane.get("/bulk", before=nowhere).status == 400


def test_behind_its_last_job_a_run_has_no_more(jane: Browser) -> None:
    path = start(jane)
    for position in ("9" * 20, "-" + "9" * 20):
        assert jane.get(path, after=position).status == 200


def test_a_run_that_is_not_there_is_said_so(jane: Browser) -> None:
    assert jane.get("/bulk/bulk_0").status == 404
