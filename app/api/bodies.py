"""The bodies of answers: the contract's keys filled with what an answer says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.domain import speech
from app.domain.answers import REQUIRED_HERE, Answer, ListedAppointment, Result
from app.domain.appointments import Action
from app.domain.slots import group_by_day
from app.domain.times import zone_info

Body = dict[str, Any]

FAULTY_FIELD = {
    Result.EMAIL_NEEDED: ("email", REQUIRED_HERE),
    Result.PHONE_NEEDED: ("phone", REQUIRED_HERE),
}
"""The field to name where Cal.com refused a booking for want of it, which a job keeps no fields of."""


def job_url(public_url: str, job_id: str) -> str:
    """Where a job is read."""
    return f"{public_url.rstrip('/')}/api/v1/jobs/{job_id}"


def utc_text(moment: datetime | None) -> str:
    """ISO 8601 in UTC with "Z", to the second; empty for None."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def outcome(answer: Answer, now: datetime, public_url: str, *, success: bool) -> Body:
    """The body of a request that was taken: always the nine keys of the contract, and more where there is more."""
    has_date = answer.result in {Result.BOOKED, Result.REQUESTED}  # any other date would read as a confirmed one
    data: Body = {
        "success": success,
        "message": speech.inner_message(answer),
        "summary": speech.summary(answer),
        "action": answer.action or "",
        "appointment_id": answer.appointment_id,
        "date_time": utc_text(answer.starts_at) if has_date else "",
        "agent_name": answer.agent_name,
        "action_required": "" if success else "check_status",
        "available_slots": available_slots(answer, now),
    }
    if answer.action is Action.LIST:
        data["appointments"] = [_listed(item, answer, now) for item in answer.appointments]
    if answer.result is Result.CONFIRMING:
        data |= {
            "job_id": answer.job_id,
            "status": answer.job_status,
            "status_url": job_url(public_url, answer.job_id),
        }
    return {"success": success, "message": speech.sentence(answer, now), "data": data}


def refusal(answer: Answer, now: datetime, code: str) -> Body:
    """The body of a refusal; `code` is its machine code."""
    details = _alternatives(answer, now) if code == "SLOT_UNAVAILABLE" else _details(answer, code)
    return {
        "success": False,
        "message": speech.sentence(answer, now),
        "error": {"code": code, "message": speech.inner_message(answer), "details": details},
    }


def _alternatives(answer: Answer, now: datetime) -> Body:
    return {
        "summary": speech.summary(answer),
        "action": answer.action or "",
        "action_required": "reschedule",
        "agent_name": answer.agent_name,
        "available_slots": available_slots(answer, now),
    }


def _details(answer: Answer, code: str) -> Body | str:
    if answer.result is Result.NOT_CONNECTED:
        return "Cal.com is not connected"
    if code != "INVALID_REQUEST":
        return {}
    if not answer.fields and answer.result in FAULTY_FIELD:
        field, reason = FAULTY_FIELD[answer.result]
        return {field: reason}
    return dict(answer.fields)


def available_slots(answer: Answer, now: datetime) -> list[Body]:
    """The openings grouped by date, all dates and times in the answer's zone."""
    today = now.astimezone(zone_info(answer.zone)).date()
    return [
        {
            "date": day.date.isoformat(),
            "date_label": speech.day_label(day.date, today, answer.language),
            "slots": speech.time_labels(day.starts, answer.zone, answer.language),
        }
        for day in group_by_day(answer.openings, answer.zone)
    ]


def _listed(item: ListedAppointment, answer: Answer, now: datetime) -> Body:
    zone = zone_info(answer.zone)
    return {
        "appointment_id": item.appointment_id,
        "date_time": utc_text(item.starts_at),
        "date_label": speech.day_label(
            item.starts_at.astimezone(zone).date(), now.astimezone(zone).date(), answer.language
        ),
        "time": speech.time_label(item.starts_at, answer.zone, answer.language),
        "status": item.status,
    }
