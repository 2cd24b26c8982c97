"""What the page that mends a job shows: the verdict, what can be done, and the form that changes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.admin.wall_times import by_day, utc_value, wall_text, wall_value
from app.domain.appointments import Action, Book, Cancel
from app.domain.jobs import Job, Status, sources_of
from app.domain.preflight import NEAREST, Preflight, Verdict
from app.domain.slots import nearest_first
from app.services.find_job_times import JobTimes
from app.services.show_job import ShownJob

TONES = {
    Verdict.USEFUL: "good",
    Verdict.ALREADY_DONE: "good",
    Verdict.CAN_BE_DISCARDED: "good",
    Verdict.OUTCOME_UNKNOWN: "warn",
    Verdict.SLOT_GONE: "warn",
    Verdict.CONTACT_NEEDED: "warn",
    Verdict.CANNOT_BE_CHECKED: "warn",
    Verdict.TIME_PAST: "bad",
    Verdict.APPOINTMENT_GONE: "bad",
    Verdict.ACCOUNT_BROKEN: "bad",
}
"""The colour of a verdict; it is always written out as well."""

LOOK = "Look for it now"
RETRY = {
    Verdict.USEFUL: "Retry now",
    Verdict.ALREADY_DONE: "Retry now",
    Verdict.OUTCOME_UNKNOWN: LOOK,
    Verdict.SLOT_GONE: "Retry all the same",
    Verdict.CANNOT_BE_CHECKED: "Retry all the same",
}
"""Where a retry as it is does no harm, what its button says; nowhere else is there one, but that a job whose outcome is
open may end as it turns out, even when its time has passed.
"""

SETTLED = frozenset(
    {Verdict.ALREADY_DONE, Verdict.OUTCOME_UNKNOWN, Verdict.APPOINTMENT_GONE, Verdict.CANNOT_BE_RETRIED}
)
"""Where no other time and no other contact would help."""

NOUNS = {Action.BOOK: "booking", Action.RESCHEDULE: "move", Action.CANCEL: "cancellation"}

WEEK = timedelta(days=7)


def job_facts(shown: ShownJob, zone: str) -> dict[str, Any]:
    job = shown.job
    return {
        "id": job.id,
        "version": job.version,
        "noun": NOUNS[job.action],
        "status": job.status.value,
        "result": job.final.result.value if job.final else "",
        "wanted": wall_text(job.starts_at, zone) if job.starts_at else "",
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "attempts": job.attempts,
        "submissions": job.submissions,
        "is_waiting": not job.status.is_final,
        "amendments": [
            {
                "at": amendment.at,
                "changed": ", ".join(amendment.changed),
                "former": wall_text(amendment.former_starts_at, zone) if amendment.former_starts_at else "",
            }
            for amendment in shown.amendments
        ],
    }


def verdict_facts(told: Preflight) -> dict[str, Any]:
    wanted = told.job.starts_at
    is_open = told.job.submitted_at is not None
    near = nearest_first(told.openings, wanted, NEAREST) if wanted and told.verdict is Verdict.SLOT_GONE else ()
    return {
        "name": told.verdict.value,
        "tone": TONES.get(told.verdict, ""),
        "says": told.says,
        "checked_at": told.checked_at,
        "found": wall_text(told.found_at, told.zone) if told.found_at else "",
        "wait": told.wait,
        "nearest": [{"at": utc_value(at), "label": wall_text(at, told.zone)} for at in near],
        "retry": RETRY.get(told.verdict, LOOK if is_open and told.verdict is Verdict.TIME_PAST else ""),
        "is_doubtful": not told.is_worth_running,
    }


def what_can_be_done(told: Preflight) -> dict[str, bool]:
    """`force`: a discard has to say that it knows that the outcome is open."""
    job = told.job
    return {
        "amend": not isinstance(job.command, Cancel) and told.verdict not in SETTLED,
        "discard": job.status in sources_of(Status.DISCARDED),
        "force": job.submitted_at is not None,
    }


def form_facts(job: Job, zone: str, chosen: datetime | None) -> dict[str, str]:
    """The values the form begins with: as the job is, or at the time that was chosen."""
    at = chosen or job.starts_at
    values = {"zone": zone, "at": utc_value(at) if at else "", "time": wall_value(at, zone), "reason": ""}
    if isinstance(job.command, Book):
        attendee = job.command.attendee
        values |= {"name": attendee.name, "email": attendee.email, "phone": attendee.phone}
    return values


def times_facts(told: Preflight, week: JobTimes | None) -> dict[str, Any]:
    """The free times to choose from: of the week that was asked for, else those the check came across."""
    openings = week.openings if week else told.openings
    first = week.start if week else (openings[0] if openings else told.checked_at)
    return {
        "days": by_day(openings, told.zone),
        "asked": week is not None or bool(openings),
        "earlier": f"{max(first - WEEK, told.checked_at):%Y-%m-%d}",
        "later": f"{(week.end if week else first + WEEK):%Y-%m-%d}",
    }
