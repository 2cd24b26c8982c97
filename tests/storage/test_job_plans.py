"""However much is stored, what is asked is read from an index, and no more of it than is shown or needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from app.domain.answers import Result
from app.domain.appointments import Action, Book, Cancel, Reach
from app.domain.job_search import COUNTED, JobSearch, Part
from app.domain.jobs import Command, Status
from app.domain.paging import Place
from app.domain.privacy import Person
from app.storage import job_queries
from app.storage.appointment_store import SqlAppointmentStore
from app.storage.engines import make_engine
from app.storage.job_conditions import is_unhindered
from app.storage.job_list import SqlJobList
from app.storage.job_rows import job_from_row
from app.storage.personal_data import SqlPersonalData
from app.storage.schema import migrate
from app.storage.tables import jobs
from tests.bench.made_up import TODAY, account_id, agent_id, org_id, person
from tests.bench.seed_jobs import seed
from tests.storage import rows
from tests.storage.plans import Step, steps_of
from tests.support.postgres import PostgresDatabases

JOBS = 12_000
SMALL = {"organizations", "agents"}
"""Tables of some dozens of rows here, which PostgreSQL reads whole; by their primary key where there are more."""

APPOINTMENTS_BY_ID = {"sqlite_autoindex_appointments_1", "pk_appointments"}

MIDDLE = TODAY - timedelta(days=45)
SOMEBODY = frozenset({person(200).email, person(200).phone})

FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "ix_jobs_status"),
    "state": ({"status": Status.FAILED}, "ix_jobs_status"),
    "time": ({"since": MIDDLE, "until": MIDDLE + timedelta(days=9)}, "ix_jobs_status"),
    "action": ({"action": Action.CANCEL}, "ix_jobs_action_status"),
    "organization": ({"org_id": org_id(9)}, "ix_jobs_org_status"),
    "organization and state": ({"org_id": org_id(9), "status": Status.FAILED}, "ix_jobs_org_status"),
    "agent": ({"agent_id": agent_id(9, 1)}, "ix_jobs_agent_status"),
    "account": ({"account_id": account_id(9)}, "ix_jobs_account_status"),
    "result": ({"result": Result.UPSTREAM_DOWN}, "ix_jobs_result_status"),
    "tried twice": ({"tried": 2}, "ix_jobs_tried_2"),
    "tried often": ({"tried": 5}, "ix_jobs_tried_5"),
    "call": ({"call_session_id": "call_00000000000000000042"}, "ix_jobs_call_status"),
    "appointment": ({"appointment_id": "appt_00000000000000000000000042"}, "ix_jobs_appointment_id"),
    "person": ({"contacts": SOMEBODY}, "ix_jobs_appointment_id"),
}
"""By name: what is wanted, and the index that must have a part in answering it."""


@pytest.fixture(scope="module")
def full_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('full')}/ringbook.db"
    migrate(url)
    seed(url, JOBS, until=TODAY)
    return url


@pytest.fixture(scope="module")
def full_server(postgres: PostgresDatabases) -> Iterator[str]:
    with postgres.fresh() as url:
        seed(url, JOBS, until=TODAY)
        yield url


@pytest.fixture(params=["full_file", pytest.param("full_server", marks=pytest.mark.postgres)])
def full_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def check(steps: list[Step], index: str, *, at_most: int) -> None:
    whole = {step for step in steps if not step.index or step.index.startswith("all of")}
    assert {step for step in whole if step.table not in SMALL} == set()
    assert index in {step.index for step in steps}
    assert sum(step.looked_at for step in steps if step.table in {"jobs", ""}) <= at_most


@pytest.mark.parametrize("name", FILTERS)
def test_a_page_is_read_from_an_index(full_url: str, name: str) -> None:
    wanted, index = FILTERS[name]
    search = JobSearch(**wanted)
    each_state = len(Status) * 51
    steps = steps_of(full_url, lambda connection: SqlJobList(connection).page(search, Part()))
    check(steps, index, at_most=2 * each_state)


@pytest.mark.parametrize("name", ["nothing", "organization", "action"])
@pytest.mark.parametrize("direction", ["older_than", "newer_than"])
def test_a_page_in_the_middle_is_read_from_an_index(full_url: str, name: str, direction: str) -> None:
    wanted, index = FILTERS[name]
    part = Part(**{direction: Place(at=MIDDLE, id="job_")})  # type: ignore[arg-type]
    steps = steps_of(full_url, lambda connection: SqlJobList(connection).page(JobSearch(**wanted), part))
    check(steps, index, at_most=2 * len(Status) * 51)


@pytest.mark.parametrize("name", FILTERS)
def test_the_counts_are_read_from_an_index_and_go_no_further_than_they_are_shown(full_url: str, name: str) -> None:
    wanted, index = FILTERS[name]
    steps = steps_of(full_url, lambda connection: SqlJobList(connection).counts(JobSearch(**wanted)))
    check(steps, index, at_most=3 * (COUNTED + 1) + 200)


def test_the_jobs_of_a_person_who_wants_to_be_forgotten_are_read_from_indexes(full_url: str) -> None:
    def ask(connection: Connection) -> None:
        SqlPersonalData(connection).open_jobs_of(Person(org_id=org_id(0), contacts=SOMEBODY))

    read = {step.index for step in steps_of(full_url, ask)}
    assert {"ix_jobs_email", "ix_jobs_phone", "ix_appointments_email", "ix_appointments_phone"} <= read


@pytest.mark.parametrize("name", ["appt_00000000000000000000000042", "uid_of_nobody"])
def test_an_appointment_is_found_by_its_name_among_all_of_its_organization(full_url: str, name: str) -> None:
    reach = Reach(
        org_id=org_id(0), agent_id=agent_id(0, 0), account_id=account_id(0), event_type_id=101, contacts=SOMEBODY
    )

    def ask(connection: Connection) -> None:
        SqlAppointmentStore(connection).first_named(org_id(0), name, "another")
        SqlAppointmentStore(connection).within(reach, name)

    steps = steps_of(full_url, ask)
    assert {step.index for step in steps if step.table == "appointments"} <= APPOINTMENTS_BY_ID
    assert sum(step.looked_at for step in steps) <= 10


def test_who_waits_behind_a_job_is_found_without_reading_every_open_job(full_url: str) -> None:
    with_times = select(jobs).where(jobs.c.finished_at.is_(None), jobs.c.starts_at.is_not(None)).limit(1)
    engine = make_engine(full_url)
    with engine.connect() as connection:
        job = job_from_row(connection.execute(with_times).one())

    steps = steps_of(full_url, lambda connection: job_queries.waiting_behind(connection, job, now=TODAY))
    assert {"ix_jobs_finished_at", ""} & {step.index for step in steps} == set()
    if engine.dialect.name == "sqlite":  # PostgreSQL may take any index on open jobs, of which there are few
        assert {"ix_jobs_appointment_id", "ix_jobs_calendar"} <= {step.index for step in steps}


@pytest.mark.parametrize(
    ("command", "index"),
    [
        (Book(attendee=person(200), starts_at=TODAY), "ix_jobs_email"),
        (Book(attendee=replace(person(200), email=""), starts_at=TODAY), "ix_jobs_phone"),
        (Cancel(appointment_id="appt_00000000000000000000000042"), "ix_jobs_appointment_id"),
    ],
)
def test_what_follows_a_job_is_looked_for_among_those_of_its_person_or_appointment(
    full_url: str, command: Command, index: str
) -> None:
    job = rows.make_job(command=command, appointment_id="appt_00000000000000000000000042", created_at=MIDDLE)
    steps = steps_of(full_url, lambda connection: job_queries.is_followed(connection, job))
    check(steps, index, at_most=100)


@pytest.mark.parametrize("contacts", [None, SOMEBODY])
def test_an_undecided_job_is_looked_for_on_its_appointment_alone(
    full_url: str, contacts: frozenset[str] | None
) -> None:
    named = org_id(0), account_id(0), "appt_00000000000000000000000042"
    steps = steps_of(full_url, lambda connection: job_queries.is_undecided(connection, *named, contacts))
    check(steps, "ix_jobs_appointment_id", at_most=10)


def test_who_goes_before_a_job_is_looked_for_in_its_days_alone(full_file: str) -> None:
    """However many jobs are queued in its calendar; SQLite shows it plainly, PostgreSQL bounds a look the same way."""
    engine = make_engine(full_file)
    unhindered = select(jobs.c.id).where(jobs.c.id == "job_1", is_unhindered(TODAY))
    asked = str(unhindered.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    assert [step for step in plan if "ix_jobs_calendar (calendar=? AND starts_at>? AND starts_at<?)" in step]


def test_reading_a_whole_table_would_be_noticed(full_url: str) -> None:
    steps = steps_of(full_url, lambda connection: connection.execute(text("SELECT * FROM jobs WHERE zone = 'x'")).all())
    assert [step.table for step in steps if not step.index] == ["jobs"]
