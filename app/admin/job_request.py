"""The request behind a job, as a voice agent would send it: for reading, and as a command for a shell."""

from __future__ import annotations

import json
import shlex
from typing import Any

from app.domain.appointments import Book, Cancel
from app.domain.jobs import Job
from app.domain.times import zone_info

PATH = "/api/v1/calcom/appointments/manage"

HIDDEN_NOTES = "[hidden]"


def request_body(job: Job, person: dict[str, Any] | None, *, plain: bool) -> dict[str, str]:
    """`person` is shown as it is given: masked, the request is good for reading alone."""
    command = job.command
    said = {"action": job.action.value, "org_id": job.org_id, "agent_id": job.agent_id}
    if isinstance(command, Book):
        said |= {name: value for name, value in (person or {}).items() if value}
    else:
        said["appointment_id"] = command.appointment_id
    if not isinstance(command, Cancel):
        said["appointment_datetime"] = command.starts_at.astimezone(zone_info(job.zone)).isoformat()
    if isinstance(command, Book):
        said["timezone"] = command.attendee.time_zone
    if command.call_session_id:
        said["call_session_id"] = command.call_session_id
    if command.notes:
        said["notes"] = command.notes if plain else HIDDEN_NOTES
    return said


def as_curl(body: dict[str, str], public_url: str) -> str:
    """For a POSIX shell, whatever is in the body."""
    document = json.dumps(body, ensure_ascii=False, indent=2)
    return f"curl -sS {public_url}{PATH} \\\n  -H 'Content-Type: application/json' \\\n  -d {shlex.quote(document)}"
