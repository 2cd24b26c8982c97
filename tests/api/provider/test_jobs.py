"""What providers see of jobs, and decide about them."""

from __future__ import annotations

import re

from app.domain.answers import Result
from app.domain.audit import AuditFilter, Deed
from app.domain.jobs import Status
from tests.api.provider.rows import add_job
from tests.api.provider.site import Site, data, refusal

PART_OF_THE_NUMBER = re.compile(r"212\W*555|555\W*0123")
"""However it is spelled. Three digits alone may stand in an id by chance."""


def test_a_job_is_shown_with_every_try_and_nothing_of_whom_it_is_for(site: Site) -> None:
    site.connect()
    job = add_job(site, site.agent(), Status.FAILED, result=Result.SLOT_TAKEN)
    shown = site.clinic.get(f"/jobs/{job.id}/history")
    told = data(shown)
    assert (told["id"], told["status"], told["action"], told["result"]) == (job.id, "failed", "book", "slot_taken")
    (attempt,) = told["attempts_made"]
    assert (attempt["number"], attempt["outcome"], attempt["http_status"]) == (1, "failed", 200)
    text = shown.get_data(as_text=True)
    assert not [word for word in ("Jane", "example.com", "private") if word in text]
    assert not PART_OF_THE_NUMBER.search(text)


def test_a_failed_job_is_run_again_and_one_that_waits_is_closed(site: Site) -> None:
    site.connect()
    job = add_job(site, site.agent(), Status.FAILED, result=Result.UPSTREAM_DOWN)
    path = f"/jobs/{job.id}"

    assert data(site.clinic.post(f"{path}/requeue", minutes=30))["status"] == "queued"
    assert refusal(site.clinic.post(f"{path}/requeue"))[:2] == (409, "CONFLICT")
    discarded = data(site.clinic.post(f"{path}/discard", reason="Booked by e-mail"))
    assert (discarded["status"], discarded["detail"]) == ("discarded", "Booked by e-mail")
    assert refusal(site.clinic.post(f"{path}/discard", reason="Once more"))[:2] == (409, "CONFLICT")


def test_the_record_names_the_key_that_decided_and_does_not_hold_it(site: Site) -> None:
    site.connect()
    job = add_job(site, site.agent(), Status.FAILED, result=Result.UPSTREAM_DOWN)
    site.clinic.post(f"/jobs/{job.id}/requeue")
    site.admin.post(f"/jobs/{job.id}/discard", reason="Booked by e-mail")
    keys = {key.scope.org_id: key.id for key in site.operators.list_api_keys()}
    entries = site.operators.list_audit(AuditFilter(target=job.id))
    assert [(entry.deed, entry.actor, entry.reason) for entry in entries] == [
        (Deed.DISCARD, f"apikey:{keys[None]}", "Booked by e-mail"),
        (Deed.REQUEUE, f"apikey:{keys[site.org.id]}", ""),
    ]


def test_what_is_decided_about_a_job_is_checked(site: Site) -> None:
    site.connect()
    path = f"/jobs/{add_job(site, site.agent()).id}"
    assert refusal(site.clinic.post(f"{path}/discard")) == (400, "INVALID_REQUEST", {"reason": "is required"})
    for minutes in (0, 10081):
        reasons = {"minutes": "must be from 1 to 10080"}
        assert refusal(site.clinic.post(f"{path}/requeue", minutes=minutes)) == (400, "INVALID_REQUEST", reasons)


def test_a_foreign_job_is_one_that_is_not_there(site: Site) -> None:
    site.connect()
    job = add_job(site, site.agent())
    for job_id in (job.id, "job_" + "0" * 26, "x"):
        assert refusal(site.other.get(f"/jobs/{job_id}/history")) == (404, "NOT_FOUND", {})
        assert refusal(site.other.post(f"/jobs/{job_id}/requeue")) == (404, "NOT_FOUND", {})
        assert refusal(site.other.post(f"/jobs/{job_id}/discard", reason="Mine")) == (404, "NOT_FOUND", {})
    assert data(site.admin.get(f"/jobs/{job.id}/history"))["status"] == "queued"
