"""The list of jobs: rows with what went wrong, tabs, filters in the address, pages, and who sees whom."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from app.admin.job_filter import place_text
from app.domain.answers import Result
from app.domain.appointments import Book, Cancel
from app.domain.jobs import Status
from app.domain.operators import Role
from app.domain.paging import Place
from tests.admin.job_rows import ATTENDEE, CANARIES, JANE, MASKED, database_of, failed, organization
from tests.admin.site import DeskSite, Page
from tests.storage import rows
from tests.storage.rows import NOW, SECOND, START


def shown(page: Page) -> list[str]:
    """The ids of the jobs in the table, in their order."""
    return re.findall(r'class="whole" href="/desk/jobs/(job_\w+)"', page.html)


def tabs(page: Page) -> dict[str, tuple[dict[str, str], str]]:
    """What each tab's address says, and the number on it, by its name."""
    found = re.findall(r'<li><a href="/desk/jobs\??([^"]*)"[^>]*>(\w+) <span class="tag \w*">([^<]+)</span>', page.html)
    return {name: (dict(parse_qsl(unescape(query))), number) for query, name, number in found}


def numbers(page: Page) -> dict[str, str]:
    return {name.lower(): number for name, (_, number) in tabs(page).items() if name != "All"}


def test_a_row_tells_what_went_wrong_and_what_happens_next(site: DeskSite) -> None:
    with database_of(site) as database:
        organization(database, "org", "Bell Clinic")
        failed(database, Result.UPSTREAM_REFUSED, "Event limit", command=Book(attendee=ATTENDEE, starts_at=START))
        waiting = rows.claimed(database, rows.added(database, created_at=NOW - SECOND))
        assert rows.retry(database, waiting, now=NOW + SECOND, at=NOW + 60 * SECOND, keep_submitted=True)
    page = site.browser(Role.OPERATOR).get("/jobs")
    assert "failed upstream refused: Event limit" in page.text
    assert "retrying bad gateway 502: upstream fell over" in page.text
    assert "Jane Canary jane@canary.example, +14155550137 Bell Clinic agent" in page.text
    assert "2026-11-22 10:01:00 UTC" in page.text


def test_a_viewer_sees_nobody_plainly(site: DeskSite) -> None:
    with database_of(site) as database:
        failed(database, command=Book(attendee=ATTENDEE, starts_at=START))
    viewer = site.browser(Role.VIEWER)
    page = viewer.get("/jobs")
    assert MASKED in page.text
    assert not [word for word in CANARIES if word in page.html.lower()]
    assert "Export" not in page.text


def test_tabs_tell_how_many_there_are_within_the_filter(site: DeskSite) -> None:
    with database_of(site) as database:
        for status in Status:
            rows.in_status(database, status)
        rows.added(database, org_id="another")
    viewer = site.browser(Role.VIEWER)
    each = dict.fromkeys(Status, "1")
    assert numbers(viewer.get("/jobs")) == each | {Status.QUEUED: "2"}
    assert numbers(viewer.get("/jobs", org="org", state="failed")) == each
    assert numbers(viewer.get("/jobs", org="nobody")) == dict.fromkeys(Status, "0")
    assert "No job is like that." in viewer.get("/jobs", org="nobody").text


def test_what_is_chosen_stands_in_the_address_and_in_every_link(site: DeskSite) -> None:
    with database_of(site) as database:
        organization(database, "org", "Bell Clinic")
        taken = failed(database, command=Cancel(appointment_id="appt_1", call_session_id="call-1"))
        failed(database, Result.ALREADY_OVER)
        rows.added(database)
    viewer = site.browser(Role.VIEWER)
    page = viewer.get("/jobs", state="failed", result="slot_taken", org="org", call="call-1")
    assert shown(page) == [taken.id]
    assert '<option value="slot_taken" selected>slot taken</option>' in page.html
    assert '<option value="org" selected>Bell Clinic</option>' in page.html
    assert '<input name="call" value="call-1"' in page.html
    assert '<input type="hidden" name="state" value="failed">' in page.html
    kept = {"result": "slot_taken", "org": "org", "call": "call-1"}
    assert tabs(page)["Queued"] == ({**kept, "state": "queued"}, "0")
    assert tabs(page)["All"] == (kept, "1")
    assert 'data-src="/desk/jobs?state=failed' in page.html


def test_fields_that_were_left_empty_do_not_stay_in_the_address(site: DeskSite) -> None:
    sent = site.browser(Role.VIEWER).get("/jobs?action=&org=&state=failed&from=")
    assert (sent.status, sent.goes_to) == (303, "/jobs?state=failed")


@pytest.mark.parametrize("query", [{"state": "lost"}, {"before": "x"}, {"who": "x"}, {"from": "soon"}])
def test_an_address_that_was_mistyped_is_said_to_be(site: DeskSite, query: dict[str, str]) -> None:
    page = site.browser(Role.VIEWER).get("/jobs", **query)
    assert (page.status, "Nothing was done" in page.text) == (400, True)


@pytest.mark.parametrize("query", ["endpoint=x", "_method=POST", "values=x", "colour=red&state="])
def test_what_says_nothing_to_the_list_does_not_stay_in_the_address(site: DeskSite, query: str) -> None:
    page = site.browser(Role.VIEWER).get(f"/jobs?{query}")
    assert (page.status, page.goes_to) in {(200, ""), (303, "/jobs")}
    assert query not in page.html


def test_pages_lead_on_and_back(site: DeskSite) -> None:
    with database_of(site) as database:
        made = [rows.added(database, created_at=NOW + number * SECOND).id for number in range(120)][::-1]
    viewer = site.browser(Role.VIEWER)

    def follow(page: Page, label: str) -> Page:
        (link,) = re.findall(rf'href="/desk([^"]+)">{label}<', page.html)
        return viewer.get(link.replace("&amp;", "&"))

    first = viewer.get("/jobs", org="org")
    second = follow(first, "Older")
    third = follow(second, "Older")
    assert [shown(page) for page in (first, second, third)] == [made[:50], made[50:100], made[100:]]
    assert ">Older<" not in third.html
    assert ">Newer<" not in first.html
    assert shown(follow(third, "Newer")) == made[50:100]
    assert shown(follow(second, "Newer")) == made[:50]
    assert shown(follow(third, "Newest")) == made[:50]


def test_the_top_is_full_even_for_who_comes_up_from_its_middle(site: DeskSite) -> None:
    with database_of(site) as database:
        made = [rows.added(database, created_at=NOW + number * SECOND) for number in range(60)][::-1]
    tenth = place_text(Place(at=made[10].created_at, id=made[10].id))
    assert shown(site.browser(Role.VIEWER).get("/jobs", after=tenth)) == [job.id for job in made[:50]]


def test_the_list_is_for_who_is_signed_in(site: DeskSite) -> None:
    assert site.stranger().get("/jobs").goes_to == "/sign-in?next=/jobs"


def test_hostile_text_is_shown_as_text(site: DeskSite) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    with database_of(site) as database:
        failed(
            database, detail=hostile, command=Cancel(appointment_id="appt_1", call_session_id=hostile, notes=hostile)
        )
    operator = site.browser(Role.OPERATOR)
    for page in (operator.get("/jobs"), operator.get("/jobs", call=hostile), operator.get("/jobs", org=hostile)):
        assert page.status == 200
        assert "<img" not in page.html
    assert hostile in operator.get("/jobs").text
    assert JANE["name"] not in operator.get("/jobs").text
