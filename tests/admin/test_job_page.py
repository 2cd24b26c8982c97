"""The page of one job: what was asked and heard, each step with what Cal.com was asked, and all around it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from app.domain.appointments import Action
from app.domain.audit import AuditEntry, Deed
from app.domain.identifiers import new_audit_id
from app.domain.jobs import Status
from app.domain.operators import Role
from app.domain.outcomes import Trace
from app.domain.privacy import ERASED
from tests.admin.job_rows import CANARIES, JANE, MASKED, ask, booked, database_of
from tests.admin.site import DeskSite, Page
from tests.storage import rows, webhook_rows
from tests.storage.rows import NOW, SECOND
from tests.support.sandbox import SandboxProcess

NOTES = "canary bite"


def part(page: Page, heading: str) -> str:
    """What a person reads from this heading to the next one."""
    return page.text.partition(f" {heading} ")[2]


def test_a_booking_is_told_from_the_request_to_the_answer(site: DeskSite) -> None:
    agent = site.agent()
    answer = booked(site, agent, call_session_id="call-1", notes=NOTES)
    page = site.browser(Role.OPERATOR).get(f"/jobs/{answer.job_id}")
    assert page.status == 200
    assert f"For {JANE['name']} {JANE['email']}, {JANE['phone']} Appointment" in page.text
    assert "Organization Clinic Agent Dr. Rivera Account Front desk Call call-1 Notes canary bite" in page.text
    assert "You're booked with Dr Rivera" in part(page, "Heard")
    steps = part(page, "Step by step")
    order = ("Accepted queued", "Attempt 1 began running", "The request left for Cal.com", "succeeded succeeded")
    places = [steps.index(step) for step in order]
    assert places == sorted(places)
    assert re.search(r"Cal\.com answered 201 after [\d.]+ m?s\. The attempt took", steps)


def test_the_request_to_cal_com_is_shown_without_whom_it_is_for(site: DeskSite) -> None:
    answer = booked(site, site.agent(), notes=NOTES)
    page = site.browser(Role.OPERATOR).get(f"/jobs/{answer.job_id}")
    (shown,) = re.findall(r"(?s)<summary>Request to Cal.com</summary><pre>(.*?)</pre>", page.html)
    request = unescape(shown)
    assert request.startswith("POST /bookings\n{")
    assert '"eventTypeId": 101' in request
    assert '"email": "[hidden]"' in request
    assert not [word for word in (*CANARIES, NOTES, answer.job_id) if word in request.lower()]


def test_a_viewer_sees_the_same_page_and_nobody_in_it(site: DeskSite) -> None:
    answer = booked(site, site.agent(), notes=NOTES)
    page = site.browser(Role.VIEWER).get(f"/jobs/{answer.job_id}")
    assert MASKED in page.text
    assert "Whom it is for is masked for your role." in page.text
    assert "curl -sS http://localhost/api/v1/calcom/appointments/manage" in page.text
    assert not [word for word in (*CANARIES, NOTES) if word in page.html.lower()]
    uids = re.findall(r"Cal.com uids (\S+) now", page.text)
    with database_of(site) as database, database.reading_unit() as unit:
        appointment = unit.appointments.get(site.operators.list_organizations()[0].id, answer.appointment_id)
    assert appointment is not None
    assert uids == [f"{appointment.uid[:3]}…"]
    assert appointment.uid in site.browser(Role.OPERATOR).get(f"/jobs/{answer.job_id}").text


def test_a_failure_is_told_with_status_code_and_text(site: DeskSite, calcom: SandboxProcess) -> None:
    agent = site.agent()
    calcom.faults(["unavailable"])
    answer = booked(site, agent)
    page = site.browser(Role.VIEWER).get(f"/jobs/{answer.job_id}")
    assert re.search(r"Attempt 1 ended: (unknown|retry later) retrying Cal\.com answered 5\d\d", page.text)
    assert "The next attempt is due" in page.text
    assert "What the caller is told as long as it has not ended." in page.text


def test_an_attempt_of_before_says_that_its_request_was_not_recorded(site: DeskSite) -> None:
    with database_of(site) as database:
        job = rows.claimed(database, rows.added(database))
        assert rows.submit(database, job)
        with database.unit() as unit:
            assert unit.jobs.finish(
                job,
                now=NOW + SECOND,
                status=Status.SUCCEEDED,
                final=rows.BOOKED,
                outcome="succeeded",
                trace=Trace(http_status=201),
            )
            unit.commit()
    page = site.browser(Role.VIEWER).get(f"/jobs/{job.id}")
    assert "What was sent was not recorded yet at that time." in page.text
    assert "Request to Cal.com" not in page.text


def test_what_endpoints_were_told_is_shown_with_each_attempt(site: DeskSite) -> None:
    with database_of(site) as database:
        job = rows.added(database, org_id=webhook_rows.ORG, appointment_id="appt_1")
        endpoint = webhook_rows.endpoint(database)
        ours = webhook_rows.record(database, webhook_rows.event(data={"job_id": job.id}))[0]
        later = webhook_rows.event(data={"job_id": None}, occurred_at=webhook_rows.NOW + SECOND)
        webhook_rows.record(database, later)
        delivery = webhook_rows.claimed(database, ours)
        tried = webhook_rows.attempt(delivery, response="canary said no", http_status=503, duration_ms=812)
        with database.unit() as unit:
            assert unit.deliveries.retry(delivery, tried, at=webhook_rows.NOW + timedelta(minutes=1))
            unit.commit()
    shown = part(site.browser(Role.OPERATOR).get(f"/jobs/{job.id}"), "Webhook deliveries")
    assert shown.count("appointment.booked") == 2
    assert shown.count("appointment.booked of this job") == 1
    assert f"retrying next 2026-11-23 14:01:00 UTC {endpoint.id} 1, last 503" in shown
    assert "503 in 812 ms canary said no" in shown
    assert "canary" not in site.browser(Role.VIEWER).get(f"/jobs/{job.id}").html


def test_the_other_jobs_of_the_call_and_the_appointment_are_there(site: DeskSite) -> None:
    agent = site.agent()
    first = booked(site, agent, call_session_id="call-1")
    again = ask(site, agent, Action.CANCEL, appointment_id=first.appointment_id, call_session_id="call-1")
    other = booked(site, agent, call_session_id="call-2")
    page = site.browser(Role.VIEWER).get(f"/jobs/{first.job_id}")
    calls, _, rest = page.html.partition("Other jobs on the same appointment")
    for place in (calls.partition("Other jobs of the same call")[2], rest):
        assert f"/desk/jobs/{again.job_id}" in place
        assert f"/desk/jobs/{first.job_id}" not in place.partition("</section>")[0]
    assert other.job_id not in page.html
    alone = site.browser(Role.VIEWER).get(f"/jobs/{other.job_id}")
    assert "Other jobs" not in alone.text


def test_what_people_did_to_it_is_there(site: DeskSite) -> None:
    with database_of(site) as database:
        job = rows.in_status(database, Status.DISCARDED)
        entry = AuditEntry(
            id=new_audit_id(), at=NOW, actor="operator:ann", deed=Deed.DISCARD, target=job.id, reason="called back"
        )
        with database.unit() as unit:
            unit.audit.save(entry)
            unit.commit()
    page = site.browser(Role.VIEWER).get(f"/jobs/{job.id}")
    assert "Discarded discarded operator:ann: called back" in part(page, "Step by step")
    assert "discard operator:ann called back" in part(page, "Record")


def test_a_job_whose_person_was_erased_says_so(site: DeskSite) -> None:
    agent = site.agent()
    answer = booked(site, agent)
    with database_of(site) as database, database.unit() as unit:
        unit.personal_data.erase_over(NOW + timedelta(days=36500), now=NOW, limit=10)
        unit.commit()
    page = site.browser(Role.OPERATOR).get(f"/jobs/{answer.job_id}")
    assert "personal data erased" in page.text
    assert f"For {ERASED}" in page.text


@pytest.mark.parametrize("job_id", ["job_0123456789abcdefghjkmnpqrs", "x", "nul%00"])
def test_a_job_that_is_not_there_is_said_not_to_be(site: DeskSite, job_id: str) -> None:
    lost = site.browser(Role.VIEWER).get(f"/jobs/{job_id}")
    assert (lost.status, "There is no job" in lost.text) == (404, True)
