"""Lists are read span by span on both databases, and what ends is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.api_keys import ApiKey, Scope
from app.domain.appointment_store import AppointmentFilter
from app.domain.appointments import AppointmentStatus
from app.domain.directory import Account, Agent, Organization
from app.domain.event_types import EventType
from app.domain.jobs import Job
from app.domain.paging import Place, Span
from app.domain.stores import JobFilter, UnitOfWork
from app.storage.database import Database
from tests.storage.rows import NOW, SECOND, START, make_appointment, make_job

VISIT = EventType(id=101, slug="visit", title="Visit", length_minutes=30)
TIMES = (NOW, NOW + SECOND, NOW + SECOND, NOW + 2 * SECOND)
"""Two rows of each list were made at the same moment: their ids tell which comes first."""

Rows = Callable[[UnitOfWork, Span], list[str]]


def account(name: str, org_id: str = "org-0") -> Account:
    return Account(
        id=name,
        org_id=org_id,
        name=name,
        base_url="https://api.cal.com",
        key_last4="cdef",
        username="clinic",
        time_zone="UTC",
        created_at=NOW,
    )


def agent(name: str, org_id: str = "org-0") -> Agent:
    return Agent(id=name, org_id=org_id, name=name, account_id=None, event_type=VISIT, created_at=NOW)


@pytest.fixture
def filled(database: Database) -> Database:
    """Four organizations, and of the first one four accounts, agents and keys; one of each of another."""
    with database.unit() as unit:
        for number, at in enumerate(TIMES):
            unit.directory.save_organization(Organization(id=f"org-{number}", name="Clinic", created_at=at))
        for number, at in enumerate(TIMES):
            unit.directory.save_account(replace(account(f"account-{number}"), created_at=at), "cal_live_1234")
            unit.directory.save_agent(replace(agent(f"agent-{number}"), created_at=at))
            key = ApiKey(
                id=f"key-{number}",
                scope=Scope(org_id="org-0"),
                name="",
                key_hash=str(number),
                ends_with="",
                created_at=at,
            )
            unit.api_keys.add(key)
        unit.directory.save_account(account("foreign", "org-1"), "cal_live_1234")
        unit.directory.save_agent(agent("stranger", "org-1"))
        unit.commit()
    return database


LISTS: dict[str, Rows] = {
    "org": lambda unit, span: [row.id for row in unit.directory.organizations(span)],
    "account": lambda unit, span: [row.id for row in unit.directory.accounts("org-0", span)],
    "agent": lambda unit, span: [row.id for row in unit.directory.agents("org-0", span)],
    "key": lambda unit, span: [row.id for row in unit.api_keys.all("org-0", span)],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_span_begins_behind_a_place_and_holds_so_many(filled: Database, name: str) -> None:
    read, names = LISTS[name], [f"{name}-{number}" for number in range(4)]
    with filled.reading_unit() as unit:
        assert read(unit, Span()) == names
        assert read(unit, Span(limit=3)) == names[:3]
        for number, at in enumerate(TIMES):
            assert read(unit, Span(after=Place(at=at, id=names[number]))) == names[number + 1 :]
        assert read(unit, Span(limit=1, after=Place(at=NOW + SECOND, id=names[1]))) == names[2:3]


def test_a_deleted_agent_is_found_by_its_id_but_not_listed(filled: Database) -> None:
    gone = replace(agent("agent-0"), deleted_at=NOW + SECOND)
    with filled.unit() as unit:
        unit.directory.save_agent(gone)
        assert unit.directory.agent("agent-0") == gone
        assert [row.id for row in unit.directory.agents("org-0")] == ["agent-1", "agent-2", "agent-3"]


def test_a_disconnected_account_has_no_key_until_it_is_given_one(filled: Database) -> None:
    with filled.unit() as unit:
        unit.directory.disconnect_account("account-0", now=NOW + SECOND)
        unit.directory.disconnect_account("account-0", now=NOW + 2 * SECOND)
        left = unit.directory.account("account-0")
        assert left == replace(account("account-0"), key_last4="", disconnected_at=NOW + SECOND)
        assert unit.directory.access("account-0") is None
        assert unit.directory.access("account-1") is not None
        unit.directory.save_account(account("account-0"), "cal_live_5678")
        assert unit.directory.account("account-0") == account("account-0")
        access = unit.directory.access("account-0")
        assert access is not None
        assert access.api_key == "cal_live_5678"


def test_appointments_are_searched_the_latest_start_first(database: Database) -> None:
    hours = (0, 1, 1, 2)
    made = [make_appointment(starts_at=START + timedelta(hours=hour), uids=(f"{at}",)) for at, hour in enumerate(hours)]
    foreign = make_appointment(org_id="another", starts_at=START + timedelta(hours=3), uids=("foreign",))
    ended = make_appointment(agent_id="second", status=AppointmentStatus.CANCELLED, starts_at=START, uids=("ended",))
    double = make_appointment(uids=("ended",))
    with database.unit() as unit:
        for appointment in (*made, foreign, ended, double):
            unit.appointments.save(appointment)
        unit.commit()
    expected = sorted((*made, ended), key=lambda row: (row.starts_at, row.id), reverse=True)
    with database.reading_unit() as unit:
        own = AppointmentFilter(org_id="org")
        assert unit.appointments.search(own) == expected
        assert unit.appointments.search(AppointmentFilter()) == [foreign, *expected]
        assert unit.appointments.search(replace(own, limit=2)) == expected[:2]
        for number, row in enumerate(expected):
            behind = replace(own, after=Place(at=row.starts_at, id=row.id))
            assert unit.appointments.search(behind) == expected[number + 1 :]
        assert unit.appointments.search(replace(own, agent_id="second")) == [ended]
        assert unit.appointments.search(replace(own, status=AppointmentStatus.CANCELLED)) == [ended]


def test_jobs_are_searched_by_agent_and_behind_a_place(database: Database) -> None:
    jobs = [make_job(created_at=at, agent_id=f"agent-{number % 2}") for number, at in enumerate(TIMES)]
    with database.unit() as unit:
        assert all(unit.jobs.add(job) for job in jobs)
        unit.commit()
    expected = sorted(jobs, key=lambda job: (job.created_at, job.id), reverse=True)
    with database.reading_unit() as unit:
        for number, job in enumerate(expected):
            after = Place(at=job.created_at, id=job.id)
            assert ids(unit.jobs.search(JobFilter(after=after))) == ids(expected[number + 1 :])
        wanted = [job for job in expected if job.agent_id == "agent-1"]
        assert ids(unit.jobs.search(JobFilter(agent_id="agent-1"))) == ids(wanted)


def test_whether_a_job_of_an_agent_or_an_account_is_under_way_is_known(database: Database) -> None:
    with database.unit() as unit:
        job = make_job(agent_id="agent-0", account_id="account-0")
        assert unit.jobs.add(job)
        assert unit.jobs.has_open(agent_id="agent-0")
        assert unit.jobs.has_open(account_id="account-0")
        assert unit.jobs.has_open(agent_id="agent-1", account_id="account-0")
        assert not unit.jobs.has_open(agent_id="agent-1", account_id="account-1")
        assert not unit.jobs.has_open()
        claimed = unit.jobs.claim(job.id, owner="w_1", now=NOW, lease_until=NOW + SECOND)
        assert claimed is not None
        assert unit.jobs.has_open(agent_id="agent-0")


def ids(jobs: list[Job]) -> list[str]:
    return [job.id for job in jobs]
