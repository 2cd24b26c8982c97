"""Mending one job at the desk: told first what a retry would come to, then retried, changed or discarded, on record."""

from __future__ import annotations

import re

import pytest

from app.admin.wall_times import wall_value
from app.domain.answers import Result
from app.domain.audit import AuditFilter, Deed
from app.domain.jobs import Job, Status
from app.domain.operators import Role
from tests.admin.mending import HALF_HOUR, booked, failed, job_of, settles_at_once, weekday, work
from tests.admin.site import Browser, DeskSite, Page
from tests.support.sandbox import SandboxProcess

JANE = "operator:operator@clinic.example"
ZONE = "America/New_York"


@pytest.fixture
def jane(site: DeskSite) -> Browser:
    return site.browser(Role.OPERATOR)


def open_page(jane: Browser, job: Job) -> Page:
    page = jane.get(f"/jobs/{job.id}/mend")
    assert page.status == 200, page.text
    return page


def version_in(page: Page) -> str:
    found = re.search(r'name="version" value="(\w+)"', page.html)
    assert found is not None
    return found[1]


def send(jane: Browser, job: Job, what: str, page: Page, **fields: str) -> Page:
    return jane.post(f"/jobs/{job.id}/mend/{what}", headers=None, version=version_in(page), **fields)


def recorded(site: DeskSite, job: Job) -> list[tuple[str, str, str]]:
    entries = site.operators.list_audit(AuditFilter(target=job.id))
    return [(entry.deed.value, entry.actor, entry.reason) for entry in reversed(entries)]


@pytest.mark.parametrize("result", [Result.UPSTREAM_DOWN, Result.OUTCOME_UNKNOWN])
def test_a_booking_that_exists_is_told_and_its_retry_books_nothing(
    site: DeskSite, jane: Browser, calcom: SandboxProcess, result: Result
) -> None:
    agent = site.agent()
    job = booked(site, agent, weekday())
    calcom.faults(["cut_after_commit"])
    assert work(site, job).status is Status.RETRYING
    job = failed(site, job, result)
    before = len(calcom.bookings())
    page = open_page(jane, job)
    assert "already done" in page.text
    assert "A retry books nothing" in page.text
    assert send(jane, job, "retry", page).goes_to == f"/jobs/{job.id}/mend"
    done = work(site, job)
    assert done.final is not None
    assert (done.status, done.final.result, done.final.starts_at) == (Status.SUCCEEDED, Result.BOOKED, job.starts_at)
    assert (before, len(calcom.bookings())) == (1, 1)
    (kept,) = calcom.bookings("accepted")
    assert site.operators.show_job(job.id).appointment.uid == kept["uid"]  # type: ignore[union-attr]
    assert recorded(site, job) == [("requeue", JANE, "")]


def test_what_was_never_sent_is_retried_and_booked_once(site: DeskSite, jane: Browser, calcom: SandboxProcess) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    page = open_page(jane, job)
    assert "useful" in page.text
    send(jane, job, "retry", page)
    assert "runs by itself" in open_page(jane, job).text
    assert work(site, job).status is Status.SUCCEEDED
    assert len(calcom.bookings()) == 1


def test_where_the_slot_is_gone_the_nearest_are_offered_and_one_is_taken(
    site: DeskSite, jane: Browser, calcom: SandboxProcess
) -> None:
    agent, wanted = site.agent(), weekday()
    job = failed(site, booked(site, agent, wanted))
    work(site, booked(site, agent, wanted, email="other@example.com"))
    page = open_page(jane, job)
    assert "slot gone" in page.text
    offered = re.findall(r'href="/desk(/jobs/\w+/mend\?at=[^"#]+)#change"', page.html)
    assert len(offered) >= 6
    chosen = jane.get(offered[0].replace("&amp;", "&"))
    assert "Chosen:" in chosen.text
    at, time = (re.findall(rf'name="{name}" value="([^"]*)"', chosen.html)[0] for name in ("at", "time"))
    done = send(jane, job, "change", chosen, at=at, time=time, zone=ZONE, reason="the other one was taken")
    assert (done.status, done.goes_to) == (303, f"/jobs/{job.id}/mend")
    after = work(site, job)
    assert after.starts_at is not None
    assert (after.status, abs(after.starts_at - wanted)) == (Status.SUCCEEDED, HALF_HOUR)
    assert recorded(site, job) == [("amend", JANE, "the other one was taken")]
    shown = open_page(jane, job).text
    assert "time (before: " in shown
    assert "It is done." in shown


def test_a_typed_time_and_another_contact_are_taken(site: DeskSite, jane: Browser, calcom: SandboxProcess) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    typed = wall_value(weekday(8, 10), ZONE)
    page = open_page(jane, job)
    fields = {"time": typed, "zone": ZONE, "at": "", "name": "Jane Roe", "email": "roe@example.com", "phone": ""}
    assert send(jane, job, "change", page, **fields, reason="spelt wrong").status == 303
    work(site, job)
    (booking,) = calcom.bookings("accepted")
    assert booking["start"].startswith(weekday(8, 10).strftime("%Y-%m-%dT%H:%M"))
    assert booking["attendees"][0]["email"] == "roe@example.com"


def test_a_time_that_is_not_free_is_refused_with_others_and_what_was_typed_is_kept(
    site: DeskSite, jane: Browser
) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    night = wall_value(weekday(8, 3), ZONE)
    page = send(jane, job, "change", open_page(jane, job), time=night, zone=ZONE, at="", reason="she asked for it")
    assert (page.status, "Nothing was done" in page.text) == (400, True)
    assert "These times are free" in page.text
    assert f'value="{night}"' in page.html
    assert 'value="she asked for it"' in page.html
    assert job_of(site, job.id) == job


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": " "}, "reason: It is empty"),
        ({"reason": "for JANE@example.com"}, "must not say who the person is"),
        ({"reason": "x", "time": "soon"}, "time: It must be an ISO 8601 date and time"),
        ({"reason": "x", "zone": "Atlantis"}, "zone: It must be an IANA time zone"),
        ({"reason": "x", "email": "nonsense"}, "email: It is not a complete email address"),
        ({"reason": "x", "time": "2020-01-01T10:00"}, "The time it asks for has passed"),
        ({"reason": "x"}, "Nothing is changed"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(
    site: DeskSite, jane: Browser, fields: dict[str, str], said: str
) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    known = {"time": wall_value(job.starts_at, ZONE), "zone": ZONE, "at": "", "email": "jane@example.com"}
    page = send(jane, job, "change", open_page(jane, job), **known | fields)
    assert (page.status, said in page.text) == (400, True), page.text
    assert job_of(site, job.id) == job
    assert recorded(site, job) == []


@pytest.mark.parametrize("what", ["retry", "change", "discard"])
def test_a_page_that_is_out_of_date_does_nothing_and_says_what_the_job_is_now(
    site: DeskSite, jane: Browser, what: str
) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    page = open_page(jane, job)
    site.operators.discard_job(job.id, actor="cli:somebody", reason="rang again")
    now = job_of(site, job.id)
    fields = {"reason": "x", "time": wall_value(weekday(8, 10), ZONE), "zone": ZONE}
    stale = send(jane, job, what, page, **fields)
    assert stale.status == 409
    assert "has changed since it was looked at: it is discarded (discarded) now. Nothing was done." in stale.text
    assert job_of(site, job.id) == now
    assert [deed for deed, _, _ in recorded(site, job)] == ["discard"]


def test_a_form_that_names_no_version_is_about_no_job(site: DeskSite, jane: Browser) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    open_page(jane, job)
    assert jane.post(f"/jobs/{job.id}/mend/retry").status == 409
    assert job_of(site, job.id) == job


def test_a_job_is_discarded_with_a_reason(site: DeskSite, jane: Browser) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    assert send(jane, job, "discard", open_page(jane, job)).status == 400
    assert job_of(site, job.id) == job
    assert send(jane, job, "discard", open_page(jane, job), reason="rang again").status == 303
    assert job_of(site, job.id).status is Status.DISCARDED
    assert recorded(site, job) == [("discard", JANE, "rang again")]


def test_an_open_outcome_is_discarded_by_who_says_that_they_looked(
    site: DeskSite, jane: Browser, calcom: SandboxProcess
) -> None:
    job = booked(site, site.agent(), weekday())
    calcom.faults(["cut_before_commit"])
    work(site, job)
    job = failed(site, job, Result.OUTCOME_UNKNOWN)
    page = open_page(jane, job)
    assert "outcome unknown" in page.text
    assert "Change it and retry" not in page.text
    refused = send(jane, job, "discard", page, reason="tired of it")
    assert (refused.status, "Cal.com may have what it asked for" in refused.text) == (400, True)
    assert send(jane, job, "discard", page, reason="seen in Cal.com", force="on").status == 303


def test_a_lost_write_is_found_not_to_have_arrived_once_it_has_settled(
    site: DeskSite, jane: Browser, calcom: SandboxProcess
) -> None:
    job = booked(site, site.agent(), weekday())
    calcom.faults(["cut_before_commit"])
    work(site, job)
    job = failed(site, job, Result.OUTCOME_UNKNOWN)
    settles_at_once(site, job)
    page = open_page(jane, job)
    assert "Cal.com has nothing of it" in page.text
    assert "Change it and retry" in page.text
    send(jane, job, "retry", page)
    assert work(site, job).status is Status.SUCCEEDED
    assert len(calcom.bookings()) == 1


def test_a_cal_com_that_does_not_answer_is_said_so_and_nothing_is_guessed(
    site: DeskSite, jane: Browser, calcom: SandboxProcess
) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    calcom.faults([{"fault": "server_error", "times": 9}])
    page = open_page(jane, job)
    assert "cannot be checked" in page.text
    assert "Retry all the same" in page.text
    week = jane.get(f"/jobs/{job.id}/mend", **{"from": weekday().strftime("%Y-%m-%d")})
    assert "Cal.com did not tell its free times just now" in week.text


def test_mending_is_for_operators(site: DeskSite) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    assert site.browser(Role.VIEWER).get(f"/jobs/{job.id}/mend").status == 403
    assert site.stranger().get(f"/jobs/{job.id}/mend").goes_to.startswith("/sign-in")


def test_a_job_that_is_not_there_is_said_so(jane: Browser) -> None:
    assert jane.get("/jobs/job_0/mend").status == 404
    assert jane.get("/jobs/job_0/mend", at="nonsense").status == 400


def test_an_amended_job_stands_in_the_record_of_the_desk(site: DeskSite, jane: Browser) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    page = open_page(jane, job)
    fields = {"zone": ZONE, "at": "", "time": wall_value(job.starts_at, ZONE), "phone": "+12125550199"}
    assert send(jane, job, "change", page, **fields, reason="asked for a call").status == 303
    (entry,) = site.operators.list_audit(AuditFilter(deed=Deed.AMEND))
    assert (entry.target, entry.org_id, "+1212" in str(entry)) == (job.id, job.org_id, False)
