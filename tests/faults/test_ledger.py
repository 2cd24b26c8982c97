"""The ledger counts what it is there to count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.answers import Final, Result
from app.domain.appointments import Attendee
from app.domain.appointments import Book as BookCommand
from app.domain.jobs import Job, Status
from tests.faults.intents import Intent, Notebook
from tests.faults.ledger import judge
from tests.faults.told import Told
from tests.faults.truth import Entry, Truth
from tests.storage.rows import make_job

START = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
DONE = START - timedelta(days=1)


def wish(*heard: int) -> tuple[Notebook, Intent]:
    notebook = Notebook("zqmark")
    intent = notebook.wants_booking(START)
    for status in heard:
        notebook.note(intent, status, {"success": status == 200}, 0.0)
    return notebook, intent


def job(intent: Intent, status: Status, result: Result | None = None, **changes: Any) -> Job:
    command = BookCommand(attendee=Attendee(name="x", email=intent.email), starts_at=START)
    made = make_job(command=command, status=status, starts_at=START, created_at=DONE, **changes)
    return replace(made, final=Final(result=result), finished_at=DONE) if result else made


def entry(intent: Intent, made_by: Job, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "uid": f"uid-{made_by.id}",
        "event_type": 101,
        "hosts": (103,),
        "start": START,
        "end": START + timedelta(minutes=30),
        "status": "accepted",
        "email": intent.email,
        "job_id": made_by.id,
        "appointment_id": made_by.appointment_id,
        "moved_from": "",
        "seated": False,
    }
    return Entry(**values | changes)


def counted(notebook: Notebook, entries: list[Entry], jobs: list[Job]) -> dict[str, int]:
    counts, findings, _ = judge(notebook, Truth(entries, jobs))
    assert len(findings) == counts.total()
    return dict(counts)


def test_a_booking_that_was_made_and_told_is_clean() -> None:
    notebook, intent = wish(200)
    done = job(intent, Status.SUCCEEDED, Result.BOOKED)
    assert counted(notebook, [entry(intent, done)], [done]) == {}


def told_of(done: Job, *names: str) -> list[Told]:
    return [Told(f"evt_{number}", name, done.id) for number, name in enumerate(names)]


def test_an_end_that_nobody_was_told_of_is_an_event_lost() -> None:
    notebook, intent = wish(200)
    done = job(intent, Status.SUCCEEDED, Result.BOOKED)
    truth = Truth([entry(intent, done)], [done])
    told = told_of(done, "job.succeeded", "appointment.booked")
    assert judge(notebook, truth, told=told)[0] == {}
    assert judge(notebook, truth, told=told + told)[0] == {}  # once more under the same id
    assert judge(notebook, truth, told=told[:1])[0] == {"event lost": 1}
    assert judge(notebook, truth, told=[])[0] == {"event lost": 2}


@pytest.mark.parametrize("again", ["job.succeeded", "job.failed", "appointment.booked", "appointment.pending"])
def test_an_end_told_under_two_ids_is_told_twice(again: str) -> None:
    notebook, intent = wish(200)
    done = job(intent, Status.SUCCEEDED, Result.BOOKED)
    told = told_of(done, "job.succeeded", "appointment.booked", again)
    assert judge(notebook, Truth([entry(intent, done)], [done]), told=told)[0] == {"event twice": 1}


def test_a_failure_told_as_a_success_is_lost() -> None:
    notebook, intent = wish(422)
    refused = job(intent, Status.FAILED, Result.SLOT_TAKEN)
    told = told_of(refused, "job.succeeded")
    assert judge(notebook, Truth([], [refused]), told=told)[0] == {"event lost": 1}


def test_an_accepted_request_without_a_job_is_lost() -> None:
    notebook, _ = wish(202)
    assert counted(notebook, [], []) == {"lost": 1}


def test_an_accepted_request_that_never_ends_is_lost_and_unknown() -> None:
    notebook, intent = wish(202)
    assert counted(notebook, [], [job(intent, Status.RETRYING)]) == {"lost": 1, "unknown": 1}


def test_a_yes_without_a_booking_is_false() -> None:
    notebook, intent = wish(200)
    assert counted(notebook, [], [job(intent, Status.SUCCEEDED, Result.BOOKED)]) == {"false yes": 1}


def test_a_no_in_spite_of_a_booking_is_false() -> None:
    notebook, intent = wish(422)
    refused = job(intent, Status.FAILED, Result.SLOT_TAKEN)
    assert counted(notebook, [entry(intent, refused)], [refused]) == {"false no": 1}


def test_two_bookings_of_one_wish_are_doubled_twice_over() -> None:
    """For the wish has two, and the host has two at one time."""
    notebook, intent = wish(200)
    first, second = job(intent, Status.SUCCEEDED, Result.BOOKED), job(intent, Status.SUCCEEDED, Result.BOOKED)
    assert counted(notebook, [entry(intent, first), entry(intent, second)], [first, second]) == {"doubled": 2}


def test_two_lives_of_one_appointment_are_doubled() -> None:
    notebook, intent = wish(200)
    done = job(intent, Status.SUCCEEDED, Result.BOOKED)
    later = START + timedelta(hours=1)
    moved = entry(intent, done, uid="uid-2", moved_from="uid-1", start=later, end=later + timedelta(minutes=30))
    assert counted(notebook, [entry(intent, done), moved], [done]) == {"doubled": 1}


def test_a_booking_of_no_known_job_is_a_phantom() -> None:
    notebook, intent = wish(200)
    done = job(intent, Status.SUCCEEDED, Result.BOOKED)
    other = entry(intent, make_job(), status="cancelled", moved_from="uid-9")
    assert counted(notebook, [entry(intent, done), other], [done]) == {"phantom": 1}


def test_an_outcome_left_to_a_person_is_unknown_and_no_sin() -> None:
    notebook, intent = wish(202)
    assert counted(notebook, [], [job(intent, Status.FAILED, Result.OUTCOME_UNKNOWN)]) == {"unknown": 1}
