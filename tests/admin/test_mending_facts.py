"""Which buttons the page of a job has: what makes sense by its verdict, and no dead ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.admin.mending_facts import LOOK, verdict_facts, what_can_be_done
from app.domain.appointments import Cancel
from app.domain.jobs import Job, Status
from app.domain.operators import Role
from app.domain.preflight import SENTENCES, Preflight, Verdict
from tests.admin.mending import booked, failed, weekday
from tests.admin.site import DeskSite
from tests.storage.rows import NOW, START, make_job

FAILED = make_job(status=Status.FAILED)
OPEN = replace(FAILED, submissions=1, submitted_at=NOW)
OF_RETRIES = [verdict for verdict in Verdict if "discarded" not in verdict]


def told(verdict: Verdict, job: Job = FAILED) -> Preflight:
    return Preflight(job=job, verdict=verdict, says=SENTENCES[verdict], checked_at=NOW, openings=(START,))


@pytest.mark.parametrize(
    ("verdict", "retry", "change"),
    [
        (Verdict.USEFUL, "Retry now", True),
        (Verdict.ALREADY_DONE, "Retry now", False),
        (Verdict.OUTCOME_UNKNOWN, LOOK, False),
        (Verdict.SLOT_GONE, "Retry all the same", True),
        (Verdict.CANNOT_BE_CHECKED, "Retry all the same", True),
        (Verdict.TIME_PAST, "", True),
        (Verdict.CONTACT_NEEDED, "", True),
        (Verdict.ACCOUNT_BROKEN, "", True),
        (Verdict.APPOINTMENT_GONE, "", False),
        (Verdict.CANNOT_BE_RETRIED, "", False),
    ],
)
def test_each_verdict_has_the_buttons_that_make_sense(verdict: Verdict, retry: str, change: bool) -> None:
    assert verdict_facts(told(verdict))["retry"] == retry
    assert what_can_be_done(told(verdict)) == {"amend": change, "discard": True, "force": False}


def test_a_job_whose_time_has_passed_may_find_out_whether_it_was_done() -> None:
    assert verdict_facts(told(Verdict.TIME_PAST, OPEN))["retry"] == LOOK
    assert what_can_be_done(told(Verdict.TIME_PAST, OPEN))["force"]


def test_a_cancellation_is_never_changed() -> None:
    job = make_job(status=Status.FAILED, command=Cancel(appointment_id="appt_1"), starts_at=None, ends_at=None)
    assert not what_can_be_done(told(Verdict.USEFUL, job))["amend"]
    assert verdict_facts(told(Verdict.USEFUL, job))["nearest"] == []


def test_the_nearest_times_stand_by_a_slot_that_is_gone_alone() -> None:
    assert [bool(verdict_facts(told(verdict))["nearest"]) for verdict in OF_RETRIES] == [
        verdict is Verdict.SLOT_GONE for verdict in OF_RETRIES
    ]


def test_what_runs_has_no_buttons() -> None:
    running = told(Verdict.CANNOT_BE_RETRIED, replace(FAILED, status=Status.RUNNING))
    assert what_can_be_done(running) == {"amend": False, "discard": False, "force": False}


def test_a_week_of_free_times_can_be_looked_through(site: DeskSite) -> None:
    job = failed(site, booked(site, site.agent(), weekday()))
    day = weekday(21)
    week = site.browser(Role.OPERATOR).get(f"/jobs/{job.id}/mend", **{"from": day.strftime("%Y-%m-%d")})
    assert f"{day.astimezone():%B}" in week.text
    assert f"from={day + timedelta(days=7):%Y-%m-%d}" in week.html
    assert week.html.count('class="button quiet" href="/desk/jobs/') > 50
