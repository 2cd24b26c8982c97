"""An appointment is moved within its own event type, whichever its agent books by now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.jobs import Job, Status
from app.domain.outcomes import Failed, Outcome
from app.domain.preflight import Verdict
from app.services.amend_job import Change
from app.services.find_alternatives import FindAlternatives
from tests.services.desk import AGENT, PLAIN, TWO_PM_TUESDAY, Desk
from tests.services.mending import Mending
from tests.services.scripted_calendar import TAKEN

HOUR = timedelta(hours=1)
SETTLED = 131.0
LONG = replace(PLAIN, id=202, slug="long", title="Long", length_minutes=90)
WANTED, OWN, OF_LONG = (TWO_PM_TUESDAY + hours * HOUR for hours in (2, 3, 4))


@pytest.fixture
def mending(desk: Desk) -> Mending:
    """Its calendar tells which free times are asked for."""
    desk.calendar.free_of = {PLAIN.id: [OWN], LONG.id: [OF_LONG]}
    return Mending(desk)


def moved(desk: Desk, mending: Mending, outcome: Outcome) -> Job:
    """A move that Cal.com refused, of an appointment that was made before its agent was switched."""
    booked = desk.booked()
    mending.change_agent(event_type=LONG)
    desk.calendar.script = [outcome]
    asked = desk.ask(Action.RESCHEDULE, appointment_id=booked.appointment_id, appointment_datetime=WANTED.isoformat())
    return desk.work_until_final(asked.job_id)


def test_the_times_beside_a_refused_one_are_of_the_appointments_own_event_type(desk: Desk, mending: Mending) -> None:
    job = moved(desk, mending, TAKEN)
    assert job.final is not None
    assert (job.final.result, job.final.openings) == (Result.SLOT_TAKEN, (OWN,))


def test_what_a_retry_would_come_to_is_asked_of_it_and_other_times_are_its(desk: Desk, mending: Mending) -> None:
    job = moved(desk, mending, Failed(result=Result.UPSTREAM_REFUSED))
    desk.later(SETTLED)
    found = mending.check(job)
    assert (found.verdict, found.openings) == (Verdict.SLOT_GONE, (OWN,))
    assert mending.find_job_times(job.id, desk.now).openings == (OWN,)
    beside = FindAlternatives(read_unit=desk.database.reading_unit, calendar=desk.calendar, clock=desk.clock)
    assert beside(job.id) == (OWN,)


def test_it_stays_as_long_as_it_is(desk: Desk, mending: Mending) -> None:
    job = moved(desk, mending, Failed(result=Result.UPSTREAM_REFUSED))
    assert job.ends_at == WANTED + timedelta(minutes=PLAIN.length_minutes)
    desk.later(SETTLED)
    changed = mending.amend_job(job.id, Change(starts_at=OWN), actor="test", reason="as they wished")
    assert changed.ends_at == OWN + timedelta(minutes=PLAIN.length_minutes)


def test_one_of_ours_that_stands_there_is_seen_by_its_event_type(desk: Desk, mending: Mending) -> None:
    first = desk.booked(WANTED, name="Joe Doe", email="joe@example.com")
    assert first.result is Result.BOOKED
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, id="still", name="Dr. Still"))
        unit.commit()
    job = moved(desk, mending, TAKEN)
    assert job.status is Status.FAILED
    assert [what for what, _ in desk.calendar.writes] == ["book", "book"]


def test_what_cal_com_booked_is_its_event_type_though_the_agent_was_switched_meanwhile(
    desk: Desk, mending: Mending
) -> None:
    desk.calendar.script = ["lost"]
    asked = desk.book()
    desk.work()
    mending.change_agent(event_type=LONG)
    job = desk.work_until_final(asked.job_id)
    assert desk.appointment(job.appointment_id).event_type_id == PLAIN.id
