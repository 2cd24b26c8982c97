"""Jobs as files: all that match and nothing else, for operators, recorded, and read piece by piece."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import Book
from app.domain.audit import AuditEntry, AuditFilter, Deed
from app.domain.job_search import JobSearch
from app.domain.operators import Role
from app.domain.privacy import target_hash
from app.services.export_jobs import AT_ONCE
from tests.admin.job_rows import ATTENDEE, JANE, database_of, failed
from tests.admin.site import Browser, DeskSite, Page
from tests.storage import rows
from tests.storage.rows import NOW, SECOND, START


@pytest.fixture
def operator(site: DeskSite) -> Browser:
    browser = site.browser(Role.OPERATOR)
    browser.get("/jobs")
    return browser


def recorded(site: DeskSite) -> list[AuditEntry]:
    return site.operators.list_audit(AuditFilter(deed=Deed.EXPORT))


def read(page: Page, form: str) -> list[dict[str, Any]]:
    if form == "json":
        return list(json.loads(page.html))
    return list(csv.DictReader(StringIO(page.html, newline=""), strict=True))


@pytest.mark.parametrize(("form", "kind", "phone"), [("csv", "text/csv", "'+"), ("json", "application/json", "+")])
def test_what_matches_is_handed_out_with_whom_it_is_for(
    site: DeskSite, operator: Browser, form: str, kind: str, phone: str
) -> None:
    with database_of(site) as database:
        job = failed(database, command=Book(attendee=ATTENDEE, starts_at=START, notes="secret"))
        failed(database, Result.ALREADY_OVER)
        rows.added(database)
    page = operator.post("/jobs/export?state=failed&result=slot_taken", form=form)
    assert page.status == 200
    assert page.headers["Content-Type"].startswith(kind)
    assert page.headers["Content-Disposition"].startswith('attachment; filename="jobs-')
    (row,) = read(page, form)
    assert (row["id"], row["state"], row["result"], row["starts_at"]) == (
        job.id,
        "failed",
        "slot_taken",
        "2026-11-26T14:00:00Z",
    )
    assert (row["name"], row["email"], row["phone"]) == (JANE["name"], JANE["email"], phone + JANE["phone"][1:])
    assert "secret" not in page.html


def test_it_is_recorded_who_took_how_many_of_what(site: DeskSite, operator: Browser) -> None:
    with database_of(site) as database:
        for _ in range(3):
            rows.added(database, org_id="org-1")
    operator.post("/jobs/export?org=org-1&state=queued", form="csv")
    (entry,) = recorded(site)
    assert (entry.actor, entry.org_id, entry.counts) == ("operator:operator@clinic.example", "org-1", {"jobs": 3})
    assert (entry.reason, entry.target_hash) == ("csv: status queued, org_id org-1", "")


def test_of_a_person_it_is_recorded_that_they_were_meant_and_not_who_they_are(
    site: DeskSite, operator: Browser
) -> None:
    with database_of(site) as database:
        rows.added(database, command=Book(attendee=ATTENDEE, starts_at=START))
    address = operator.post("/jobs/search", search=JANE["email"]).goes_to
    page = operator.post(address.replace("/jobs?", "/jobs/export?"), form="json")
    assert len(json.loads(page.html)) == 1
    (entry,) = recorded(site)
    assert entry.reason == "json: one contact"
    assert entry.target_hash == target_hash(entry.id, [JANE["email"]])


def test_of_a_call_it_is_recorded_that_one_was_meant_and_not_which(site: DeskSite, operator: Browser) -> None:
    operator.get("/jobs")
    operator.post("/jobs/export?call=call-of-jane&state=queued", form="csv")
    (entry,) = recorded(site)
    assert entry.reason == "csv: status queued, one call"


def test_more_than_are_held_at_a_time_come_out_whole_and_in_order(site: DeskSite, operator: Browser) -> None:
    with database_of(site) as database, database.unit() as unit:
        made = [rows.make_job(created_at=NOW + (number // 2) * SECOND) for number in range(2 * AT_ONCE + 1)]
        assert all(unit.jobs.add(job) for job in made)
        unit.commit()
    newest_first = sorted(made, key=lambda job: (job.created_at, job.id), reverse=True)
    exported = read(operator.post("/jobs/export", form="json"), "json")
    assert [row["id"] for row in exported] == [job.id for job in newest_first]
    assert recorded(site)[0].counts == {"jobs": 2 * AT_ONCE + 1}


def test_who_stops_early_is_recorded_with_what_they_got(site: DeskSite) -> None:
    with database_of(site) as database:
        for _ in range(3):
            rows.added(database)
    export = site.container.desk.jobs.export
    taken = export(JobSearch(), who="", form="csv", actor="operator:ann")
    assert recorded(site)[0].counts == {"jobs": 0}
    next(taken), next(taken)
    taken.close()  # type: ignore[attr-defined]
    assert recorded(site)[0].counts == {"jobs": 2}


def test_viewers_take_nothing_with_them(site: DeskSite) -> None:
    viewer = site.browser(Role.VIEWER)
    viewer.get("/jobs")
    assert viewer.post("/jobs/export", form="csv").status == 403
    assert recorded(site) == []


@pytest.mark.parametrize(("query", "form"), [("", "exe"), ("", ""), ("?state=lost", "csv"), ("?who=x", "csv")])
def test_what_is_not_understood_is_refused_before_anything_is_sent(
    site: DeskSite, operator: Browser, query: str, form: str
) -> None:
    assert operator.post(f"/jobs/export{query}", form=form).status == 400
    assert recorded(site) == []
