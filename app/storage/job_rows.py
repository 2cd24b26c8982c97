"""Jobs and attempts as rows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row

from app.domain.jobs import Attempt, Job, Status
from app.storage.codec import asked_from_json, command_from_json, command_to_json, final_from_json, final_to_json

_CONVERTED = {"command", "status", "final", "endpoint_ids", "history"}
_AS_THEY_ARE = [field.name for field in fields(Job) if field.name not in _CONVERTED]
_OF_ATTEMPT = [field.name for field in fields(Attempt)]


def job_to_row(job: Job) -> dict[str, Any]:
    """Values for an insert; the history has its own table."""
    return {name: getattr(job, name) for name in _AS_THEY_ARE} | {
        "command": command_to_json(job.command),
        "status": job.status,
        "final": final_to_json(job.final) if job.final else None,
        "endpoint_ids": list(job.endpoint_ids) or None,
    }


def job_from_row(row: Row[Any], history: Sequence[Attempt] = ()) -> Job:
    return Job(
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
        command=command_from_json(row.command),
        status=Status(row.status),
        final=final_from_json(row.final) if row.final else None,
        endpoint_ids=tuple(row.endpoint_ids or ()),
        history=tuple(history),
    )


def attempt_from_row(row: Row[Any]) -> Attempt:
    found = {name: getattr(row, name) for name in _OF_ATTEMPT}
    return Attempt(**found | {"request": asked_from_json(row.request) if row.request else None})
