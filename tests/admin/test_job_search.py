"""The search box: whatever is typed, the address that comes of it tells nobody who was searched for."""

from __future__ import annotations

import re

import pytest

from app.domain.appointments import Book, Cancel
from app.domain.operators import Role
from tests.admin.job_rows import ATTENDEE, CANARIES, database_of
from tests.admin.site import Browser, DeskSite, Page
from tests.admin.test_jobs import shown
from tests.storage import rows
from tests.storage.rows import START

UID = "uidOfTheBooking123"


@pytest.fixture
def viewer(site: DeskSite) -> Browser:
    browser = site.browser(Role.VIEWER)
    browser.get("/jobs")
    return browser


def searched(browser: Browser, text: str) -> tuple[str, Page]:
    """The address that is gone to, and the page there."""
    sent = browser.post("/jobs/search", search=text)
    assert sent.status == 303, sent.text
    path, _, query = sent.goes_to.partition("?")
    return sent.goes_to, browser.get(f"{path}?{query}")


@pytest.fixture
def job_id(site: DeskSite) -> str:
    """Jane's booking, and a cancel of it; and a job of somebody else."""
    with database_of(site) as database:
        booking = Book(attendee=ATTENDEE, starts_at=START, call_session_id="call-1")
        job = rows.added(database, appointment_id="appt_1", command=booking)
        rows.added(database, appointment_id="appt_1", command=Cancel(appointment_id="appt_1"))
        rows.added(database)
        with database.unit() as unit:
            unit.appointments.save(rows.make_appointment(id="appt_1", attendee=ATTENDEE, uids=("old", UID)))
            unit.commit()
    return job.id


@pytest.mark.parametrize(
    "typed", [" Jane@Canary.example ", "+1 (415) 555-0137", "+14155550137", "14155550137@sms.cal.com"]
)
def test_a_person_is_found_by_address_and_number_and_not_named_in_the_address(
    viewer: Browser, job_id: str, typed: str
) -> None:
    address, page = searched(viewer, typed)
    assert re.fullmatch(r"/jobs\?who=[\w%-]+", address)
    if "sms" not in typed:
        assert (job_id in shown(page), len(shown(page))) == (True, 2)
    assert not [word for word in CANARIES if word in page.html.lower()]


def test_an_operator_sees_whom_the_list_is_about_and_a_viewer_does_not(
    site: DeskSite, viewer: Browser, job_id: str
) -> None:
    address, page = searched(viewer, "jane@canary.example")
    assert "who: j***@canary.example" in page.text
    assert "who: jane@canary.example" in site.browser(Role.OPERATOR).get(address).text


def test_a_job_leads_to_its_page(viewer: Browser, job_id: str) -> None:
    assert searched(viewer, f" {job_id} ")[0] == f"/jobs/{job_id}"


@pytest.mark.parametrize("typed", ["appt_1", UID, "old"])
def test_an_appointment_is_found_by_its_id_and_any_uid_which_stays_out_of_the_address(
    viewer: Browser, job_id: str, typed: str
) -> None:
    address, page = searched(viewer, typed)
    assert address == "/jobs?appointment=appt_1"
    assert len(shown(page)) == 2


def test_a_call_is_found_by_its_id(viewer: Browser, job_id: str) -> None:
    address, page = searched(viewer, "call-1")
    assert (address, shown(page)) == ("/jobs?call=call-1", [job_id])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type an id"),
        ("x" * 400, "Type an id"),
        ("jane@", "is not a complete email address"),
        ("415 555 0137", "write it with its country code"),
        ("+1 415", "No job, appointment, Cal.com booking or call has that id."),
        ("+1 415 55", "is too short"),
        ("job_0123456789abcdefghjkmnpqrs", "There is no such job"),
        ("nothing", "No job, appointment, Cal.com booking or call has that id."),
        ("nul \x00 and ' OR 1=1", "No job, appointment"),
    ],
)
def test_what_finds_nothing_is_said_and_the_list_stays(viewer: Browser, job_id: str, typed: str, said: str) -> None:
    page = viewer.post("/jobs/search?state=queued", search=typed)
    assert (page.status, said in page.text) == (400, True)
    assert len(shown(page)) == 3
    assert 'data-src="/desk/jobs?state=queued"' in page.html


def test_what_was_sealed_elsewhere_does_not_open(viewer: Browser) -> None:
    refused = viewer.get("/jobs", who="gAAAAABn0000")
    assert (refused.status, "Search anew" in refused.text) == (400, True)


def test_no_search_leaves_a_trace_in_the_logs(viewer: Browser, job_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    for typed in ("jane@canary.example", "+14155550137", UID, "nobody@canary.example"):
        searched(viewer, typed) if typed != "nobody@canary.example" else viewer.post("/jobs/search", search=typed)
    viewer.post("/jobs/search", search="jane@canary")
    written = "".join(capsys.readouterr()).lower()
    assert "request_answered" in written
    assert not [word for word in (*CANARIES, "canary", UID.lower()) if word in written]
