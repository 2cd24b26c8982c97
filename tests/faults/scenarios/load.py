"""Too much of everything: a mountain of queued jobs at start."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

from app.domain.appointments import Book
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import Job
from tests.faults.callers import Caller
from tests.faults.intents import Intent
from tests.faults.play import REAL, Run, scenario

BATCH = 500


@scenario("a mountain of queued jobs at start", crew=REAL, drain=1_200)
def mountain(run: Run) -> None:
    """Never published, as after a long outage. The one who calls now is of another organization, and need not wait."""
    caller, crew = run.caller(), run.site.crew
    crew.dismiss("worker-1")
    crew.dismiss("scheduler")
    pattern = caller.book()
    caller.drop(pattern)
    template = next(job for job in run.site.truth().jobs.values() if pattern.is_meant_by(job))
    _pile_up(run, caller, template)
    crew.start("worker-1", "scheduler")
    began = time.monotonic()
    other = run.caller()
    heard = other.send(other.book(), wait=10)
    run.expect(heard.yes, f"the live caller of another organization is answered in time: {heard.status}")
    run.note = f"live caller heard {heard.status} after {heard.seconds:.1f} s"
    run.site.drain(1_200)
    run.note += f", drained in {time.monotonic() - began:.0f} s"


def _pile_up(run: Run, caller: Caller, template: Job) -> None:
    wishes = [caller.book() for _ in range(run.scale.queued)]
    for first in range(0, len(wishes), BATCH):
        with run.site.database.unit() as unit:
            for wish in wishes[first : first + BATCH]:
                unit.jobs.add(_job(template, wish))
                wish.accepted_unheard = True
            unit.commit()


def _job(template: Job, wish: Intent) -> Job:
    assert isinstance(template.command, Book)
    assert wish.starts_at is not None
    attendee = replace(template.command.attendee, name=wish.name, email=wish.email, phone=wish.phone)
    return replace(
        template,
        id=new_job_id(),
        appointment_id=new_appointment_id(),
        command=replace(template.command, attendee=attendee, starts_at=wish.starts_at),
        starts_at=wish.starts_at,
        ends_at=wish.starts_at + timedelta(minutes=30),
        deadline_at=template.deadline_at + timedelta(hours=1),
        dedupe_key=f"n:{wish.email}",
        published_at=None,
    )
