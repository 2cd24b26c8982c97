"""One job as its page shows it: what was asked and answered, step by step, and all that is connected with it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from app.admin.job_request import HIDDEN_NOTES, as_curl, request_body
from app.admin.job_rows import TONES, error_of, job_row
from app.admin.persons import person
from app.admin.words import word
from app.domain import speech
from app.domain.audit import AuditEntry
from app.domain.events import Event
from app.domain.jobs import Attempt, Job, Status
from app.domain.outcomes import Asked, Succeeded
from app.domain.privacy import ERASED
from app.domain.timeline import Moment, Step
from app.domain.times import zone_info
from app.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus
from app.services.inspect_job import InspectedJob

STEPS = {
    Step.ACCEPTED: "Accepted",
    Step.CLAIMED: "Attempt {number} began",
    Step.SENT: "The request left for Cal.com",
    Step.ENDED: "Attempt {number} ended: {outcome}",
    Step.ABANDONED: "The worker of attempt {number} gave no sign of life any more",
    Step.REQUEUED: "Requeued",
    Step.DISCARDED: "Discarded",
    Step.DUE: "The next attempt is due",
}
DELIVERED = {DeliveryStatus.SUCCEEDED: "good", DeliveryStatus.FAILED: "bad", DeliveryStatus.RETRYING: "warn"}
UNTOLD = "–"


def job_page(found: InspectedJob, *, plain: bool, public_url: str) -> dict[str, Any]:
    """What the template shows. `plain`: with names, addresses, numbers and notes."""
    job, whom = found.job, person(found.attendee, plain=plain)
    return {
        "id": job.id,
        "action": job.action.value,
        "status": job.status.value,
        "tone": TONES.get(job.status, ""),
        "error": error_of(job, job.history[-1] if job.history else None),
        "is_open": job.outcome_is_open,
        "is_erased": found.attendee is not None and found.attendee.name == ERASED,
        "person": whom,
        "asked": _asked(found, plain=plain),
        "heard": speech.sentence(found.answer, job.finished_at or job.created_at),
        "facts": _facts(job),
        "moments": [_moment(moment) for moment in found.moments],
        "appointment": _appointment(found, plain=plain),
        "deliveries": [_delivery(event, sent, job, plain=plain) for event, sent in found.deliveries],
        "of_call": [job_row(row, plain=plain) for row in found.of_call],
        "of_appointment": [job_row(row, plain=plain) for row in found.of_appointment],
        "entries": [_entry(entry) for entry in found.entries],
        "curl": as_curl(request_body(job, whom, plain=plain), public_url),
        "masked": not plain,
        "can_be_mended": plain and job.status is not Status.SUCCEEDED,
    }


def _asked(found: InspectedJob, *, plain: bool) -> dict[str, Any]:
    job = found.job
    return {
        "org_id": job.org_id,
        "org": found.organization.name if found.organization else job.org_id,
        "agent_id": job.agent_id,
        "agent": found.agent.name if found.agent else job.agent_id,
        "account_id": job.account_id,
        "account": found.account.name if found.account else job.account_id,
        "starts_at": job.starts_at,
        "local": job.starts_at.astimezone(zone_info(job.zone)).strftime("%a %Y-%m-%d %H:%M") if job.starts_at else "",
        "zone": job.zone,
        "call": job.command.call_session_id,
        "notes": job.command.notes if plain else HIDDEN_NOTES * bool(job.command.notes),
    }


def _facts(job: Job) -> dict[str, Any]:
    return {
        "accepted_at": job.created_at,
        "first_at": job.history[0].started_at - job.created_at if job.history else None,
        "finished_at": job.finished_at,
        "took": job.finished_at - job.created_at if job.finished_at else None,
        "deadline_at": None if job.status.is_final else job.deadline_at,
        "attempts": job.attempts,
        "submissions": job.submissions,
        "crashes": job.crashes,
        "submitted_at": job.submitted_at,
    }


def _moment(moment: Moment) -> dict[str, Any]:
    attempt, entry = moment.attempt, moment.entry
    number, outcome = (attempt.number, word(attempt.outcome)) if attempt else (0, "")
    return {
        "at": moment.at,
        "text": STEPS[moment.step].format(number=number, outcome=outcome),
        "status": moment.status.value if moment.status else "",
        "tone": TONES.get(moment.status, "") if moment.status else "",
        "by": f"{entry.actor}: {entry.reason}".rstrip(": ") if entry else "",
        "exchange": _exchange(attempt) if attempt and moment.step is Step.ENDED else None,
        "to_come": moment.step is Step.DUE,
    }


def _exchange(attempt: Attempt) -> dict[str, Any]:
    """What Cal.com was asked in an attempt, what it answered, and how long both took."""
    took = attempt.finished_at - attempt.started_at if attempt.finished_at else None
    return {
        "key": f"attempt-{attempt.fence}",
        "request": _request(attempt.request),
        "unrecorded": attempt.request is None and attempt.submitted_at is not None,
        "looked": attempt.request is None and attempt.submitted_at is None and attempt.outcome == Succeeded.name,
        "answer": _answer(attempt),
        "detail": attempt.detail,
        "took": took,
        "asked_for": None if attempt.duration_ms is None else timedelta(milliseconds=attempt.duration_ms),
    }


def _request(asked: Asked | None) -> str:
    if asked is None:
        return ""
    query = "&".join(f"{name}={value}" for name, value in asked.query.items())
    line = f"{asked.method} {asked.path}" + (f"?{query}" if query else "")
    return f"{line}\n{json.dumps(asked.body, ensure_ascii=False, indent=2)}" if asked.body else line


def _answer(attempt: Attempt) -> str:
    code = "" if attempt.code == str(attempt.http_status) else attempt.code
    return " ".join(part for part in (str(attempt.http_status or ""), code) if part)


def _appointment(found: InspectedJob, *, plain: bool) -> dict[str, Any] | None:
    """Whoever holds a uid can read and cancel the booking: viewers see its beginning."""
    appointment = found.appointment
    if appointment is None:
        return None
    return {
        "id": appointment.id,
        "status": appointment.status.value,
        "starts_at": appointment.starts_at,
        "ends_at": appointment.ends_at,
        "event_type_id": appointment.event_type_id,
        "uids": [uid if plain else f"{uid[:3]}…" for uid in appointment.uids],
    }


def _delivery(event: Event, sent: Delivery, job: Job, *, plain: bool) -> dict[str, Any]:
    return {
        "id": sent.id,
        "event": event.name.value,
        "occurred_at": event.occurred_at,
        "endpoint_id": sent.endpoint_id,
        "status": sent.status.value,
        "tone": DELIVERED.get(sent.status, ""),
        "next_at": None if sent.status.is_final else sent.next_attempt_at,
        "is_ours": event.data.get("job_id") == job.id,
        "attempts": [_delivery_attempt(attempt, plain=plain) for attempt in sent.history],
    }


def _delivery_attempt(attempt: DeliveryAttempt, *, plain: bool) -> dict[str, Any]:
    """What an endpoint answered may repeat what it was told."""
    took = attempt.duration_ms
    return {
        "number": attempt.number,
        "started_at": attempt.started_at,
        "took": None if took is None else timedelta(milliseconds=took),
        "answer": " ".join(str(part) for part in (attempt.http_status, attempt.code) if part) or UNTOLD,
        "response": attempt.response if plain else "",
    }


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {"at": entry.at, "deed": entry.deed.value, "actor": entry.actor, "reason": entry.reason}
