"""Looking at jobs: newest first, page by page, and one of them with every attempt."""

from __future__ import annotations

import pytest

from app.domain.answers import Result
from app.domain.errors import RefusedError, UnknownNameError
from app.domain.jobs import Status
from app.domain.stores import JobFilter
from tests.services.office import NOW, Office


def test_jobs_come_newest_first_and_page_by_page(office: Office) -> None:
    ids = []
    for _ in range(3):
        ids.append(office.add_job().id)
        office.later(1)
    assert [job.id for job in office.list_jobs(JobFilter())] == ids[::-1]
    assert [job.id for job in office.list_jobs(JobFilter(limit=2))] == [ids[2], ids[1]]
    assert [job.id for job in office.list_jobs(JobFilter(limit=2, before=ids[1]))] == [ids[0]]


def test_jobs_can_be_filtered_by_state_and_organization(office: Office) -> None:
    clinic = office.clinic()
    mine = office.add_job(org_id=clinic.id)
    failed = office.ended(Status.FAILED, Result.SLOT_TAKEN)
    assert [job.id for job in office.list_jobs(JobFilter(status=Status.FAILED))] == [failed.id]
    assert [job.id for job in office.list_jobs(JobFilter(org_id=clinic.id.upper()))] == [mine.id]


def test_a_filter_that_names_nobody_is_no_empty_list(office: Office) -> None:
    with pytest.raises(UnknownNameError):
        office.list_jobs(JobFilter(org_id="00000000-0000-4000-8000-000000000000"))
    with pytest.raises(UnknownNameError):
        office.list_jobs(JobFilter(before="job_0"))


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_limit_has_bounds(office: Office, limit: int) -> None:
    with pytest.raises(RefusedError):
        office.list_jobs(JobFilter(limit=limit))


def test_a_job_is_shown_with_every_attempt(office: Office) -> None:
    job = office.retrying(submitted=True)
    office.later(60)
    office.claim(job)
    first, second = office.show_job(job.id).job.history
    assert (first.number, first.started_at, first.submitted_at) == (1, NOW, NOW)
    assert (first.outcome, first.code, first.http_status) == ("unknown", "service_unavailable", 503)
    assert (second.number, second.started_at, second.finished_at) == (2, office.now, None)
