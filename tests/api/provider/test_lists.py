"""Lists come in pages that neither skip nor repeat a row, and take no filter they do not know."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.appointments import AppointmentStatus
from app.domain.jobs import Status
from tests.api.provider.rows import add_appointment, add_job
from tests.api.provider.site import ANNA, BERT, NOBODY, Caller, Site, data, refusal

START = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
LISTS = ("/organizations", "/accounts", "/agents", "/jobs", "/calcom/appointments", "/api-keys")


def ids(page: Any) -> list[str]:
    (rows,) = (value for value in page.values() if isinstance(value, list))
    assert page["count"] == len(rows)
    return [row["id"] for row in rows]


def all_pages(caller: Caller, path: str, **query: Any) -> list[list[str]]:
    pages = [data(caller.get(path, **query))]
    while pages[-1]["next_cursor"] is not None:
        pages.append(data(caller.get(path, **query, cursor=pages[-1]["next_cursor"])))
    return [ids(page) for page in pages]


@pytest.fixture
def busy(site: Site) -> Site:
    """Three of everything in the clinic, and one of each in the other organization."""
    for org in (site.org, site.other_org):
        site.connect(org)
    site.connect(key=ANNA, name="Anna")
    site.connect(key=BERT, name="Bert")
    agents = [site.agent(name=name) for name in ("One", "Two", "Three")]
    foreign = site.agent(site.other_org)
    for hour, agent in enumerate([*agents, foreign]):
        add_job(site, agent)
        add_appointment(site, agent, START + timedelta(hours=hour))
    site.operators.add_organization(name="Third")
    return site


@pytest.mark.parametrize("path", LISTS)
def test_pages_follow_one_another_without_a_gap(busy: Site, path: str) -> None:
    whole = data(busy.admin.get(path))
    assert whole["next_cursor"] is None
    everything = ids(whole)
    assert len(everything) >= 3
    for limit in (1, 2, len(everything)):
        pages = all_pages(busy.admin, path, limit=limit)
        assert [row for page in pages for row in page] == everything
        assert all(len(page) == limit for page in pages[:-1])


def test_oldest_come_first_but_jobs_and_appointments_the_other_way(busy: Site) -> None:
    assert [agent["name"] for agent in data(busy.clinic.get("/agents"))["agents"]] == ["One", "Two", "Three"]
    starts = [each["start_time"] for each in data(busy.clinic.get("/calcom/appointments"))["appointments"]]
    assert starts == ["2026-12-01T17:00:00Z", "2026-12-01T16:00:00Z", "2026-12-01T15:00:00Z"]
    created = [job["created_at"] for job in data(busy.clinic.get("/jobs"))["jobs"]]
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("path", ["/accounts", "/agents", "/jobs", "/calcom/appointments"])
def test_an_organizations_key_lists_its_own_and_an_admin_all_or_one(busy: Site, path: str) -> None:
    own, foreign = ids(data(busy.clinic.get(path))), ids(data(busy.other.get(path)))
    assert (len(own), len(foreign)) == (3, 1)
    assert set(ids(data(busy.admin.get(path)))) == {*own, *foreign}
    assert ids(data(busy.admin.get(path, org_id=busy.org.id))) == own
    assert ids(data(busy.clinic.get(path, org_id=busy.org.id))) == own
    for org_id in (busy.other_org.id, NOBODY):
        assert refusal(busy.clinic.get(path, org_id=org_id))[:2] == (403, "FORBIDDEN")


def test_a_page_goes_on_where_it_ended_although_rows_came_and_went(busy: Site) -> None:
    first = data(busy.clinic.get("/jobs", limit=2))
    add_job(busy, busy.agent(name="Four"))
    rest = data(busy.clinic.get("/jobs", limit=2, cursor=first["next_cursor"]))
    assert not set(ids(first)) & set(ids(rest))
    assert rest["count"] == 1


def test_rows_made_at_the_same_moment_are_told_apart_by_their_id(site: Site) -> None:
    site.connect()
    agent = site.agent()
    made = {add_appointment(site, agent, START).id for _ in range(5)}
    pages = all_pages(site.clinic, "/calcom/appointments", limit=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {row for page in pages for row in page} == made


def test_jobs_are_filtered_by_state_and_agent(site: Site) -> None:
    site.connect()
    one, two = site.agent(name="One"), site.agent(name="Two")
    failed = add_job(site, one, Status.FAILED, result=Result.SLOT_TAKEN)
    queued = add_job(site, two)
    assert ids(data(site.clinic.get("/jobs", status="failed"))) == [failed.id]
    assert ids(data(site.clinic.get("/jobs", agent_id=two.id))) == [queued.id]
    assert ids(data(site.clinic.get("/jobs", agent_id=two.id, status="failed"))) == []


def test_appointments_are_filtered_by_status_and_agent(site: Site) -> None:
    site.connect()
    one, two = site.agent(name="One"), site.agent(name="Two")
    kept = add_appointment(site, one, START)
    ended = add_appointment(site, two, START, status=AppointmentStatus.CANCELLED)
    listed = data(site.clinic.get("/calcom/appointments", status="accepted"))
    assert ids(listed) == [kept.id]
    assert ids(data(site.clinic.get("/calcom/appointments", agent_id=two.id))) == [ended.id]
    assert listed["appointments"][0] == {
        "id": kept.id,
        "organization_id": site.org.id,
        "agent_id": one.id,
        "calcom_account_id": kept.account_id,
        "calcom_booking_uid": kept.uid,
        "event_type_id": 101,
        "attendee_name": "Jane Doe",
        "attendee_email": "jane@example.com",
        "attendee_phone": "+12125550123",
        "attendee_timezone": "America/New_York",
        "start_time": "2026-12-01T15:00:00Z",
        "end_time": "2026-12-01T15:30:00Z",
        "duration_minutes": 30,
        "meeting_url": "https://meet.example/abc",
        "status": "accepted",
    }


def test_an_appointment_is_found_by_our_id_and_by_every_uid_it_had(site: Site) -> None:
    site.connect()
    made = add_appointment(site, site.agent(), START, uids=("uid_old", "uid_new"))
    site.connect(site.other_org)
    for name in (made.id, "uid_old", "uid_new"):
        shown = data(site.clinic.get(f"/calcom/appointments/{name}"))
        assert (shown["id"], shown["calcom_booking_uid"]) == (made.id, "uid_new")
        assert refusal(site.other.get(f"/calcom/appointments/{name}")) == (404, "NOT_FOUND", {})
    assert refusal(site.admin.get(f"/calcom/appointments/{made.id}")) == (
        400,
        "INVALID_REQUEST",
        {"org_id": "is required"},
    )
    assert data(site.admin.get(f"/calcom/appointments/{made.id}", org_id=site.org.id))["id"] == made.id


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "reasons"),
    [
        ({"colour": "red"}, {"colour": "is not known here"}),
        ({"limit": "0"}, {"limit": "must be a whole number from 1 to 200"}),
        ({"limit": "201"}, {"limit": "must be a whole number from 1 to 200"}),
        ({"limit": "many"}, {"limit": "must be a whole number from 1 to 200"}),
        ({"cursor": "xyz"}, {"cursor": "is not a cursor of this list"}),
        ({"cursor": ""}, {"cursor": "is not a cursor of this list"}),
        ({"cursor": "\u00fc"}, {"cursor": "is not a cursor of this list"}),
    ],
)
def test_what_a_list_does_not_know_is_refused(site: Site, path: str, query: dict[str, str], reasons: Any) -> None:
    assert refusal(site.admin.get(path, **query)) == (400, "INVALID_REQUEST", reasons)


@pytest.mark.parametrize(
    "place",
    [
        "agents 2026-12-01T15:00:00 x",
        "agents 0001-01-01T00:00:00+14:00 x",
        "agents yesterday x",
        "agents",
        "jobs 2026-12-01T15:00:00+00:00 x",
    ],
)
def test_a_cursor_is_one_of_this_list(site: Site, place: str) -> None:
    forged = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    reasons = {"cursor": "is not a cursor of this list"}
    assert refusal(site.admin.get("/agents", cursor=forged)) == (400, "INVALID_REQUEST", reasons)


@pytest.mark.parametrize("path", ["/jobs", "/calcom/appointments"])
def test_an_unknown_state_is_no_empty_list(site: Site, path: str) -> None:
    status, code, details = refusal(site.admin.get(path, status="lost"))
    assert (status, code, list(details)) == (400, "INVALID_REQUEST", ["status"])
