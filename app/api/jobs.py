"""GET /api/v1/jobs/{job_id}: how a job stands, and its answer once there is one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, g, jsonify
from marshmallow import EXCLUDE, Schema, fields

from app.api.answers import RETRY_AFTER
from app.api.bodies import job_url, utc_text
from app.api.endpoints import Endpoints
from app.api.guards import Guard
from app.api.replies import Replies
from app.api.response_schemas import ErrorResponseSchema, JobResponseSchema
from app.api.use_cases import UseCases
from app.domain.answers import LONGEST_WAIT
from app.domain.jobs import Attempt, Status
from app.services.read_job import JobView
from app.web.turns import stand_aside

REASON = "must be a number of seconds"

BLUEPRINT = "JobService"

GIVES = {200: JobResponseSchema, **dict.fromkeys((400, 404, 429, 500, 503), ErrorResponseSchema)}


class JobQuerySchema(Schema):
    class Meta:
        unknown = EXCLUDE

    wait = fields.Float(
        load_default=0.0,
        error_messages=dict.fromkeys(("invalid", "special", "too_large"), REASON),
        metadata={"description": f"Seconds to hold the answer back until the job is final, at most {LONGEST_WAIT:g}."},
    )


def job_endpoints(use_cases: UseCases, replies: Replies) -> Endpoints:
    """The blueprint of the job endpoint."""
    endpoints = Endpoints(BLUEPRINT, url_prefix="/api/v1/jobs")

    @endpoints.operation(
        "/<string:job_id>",
        operation_id="ReadJob",
        guard=Guard.OPEN,
        summary="Read a job",
        description="Ask for the outcome of a request that was answered with 202.",
        takes=JobQuerySchema,
        takes_from="query",
        gives=GIVES,
    )
    def read_job(query: dict[str, float], job_id: str) -> Response:
        wait = min(max(query["wait"], 0.0), LONGEST_WAIT)
        with stand_aside():
            view = use_cases.read_job(job_id, wait)
        g.action, g.result = view.job.action, view.answer.result
        response = jsonify(job_body(view, replies))
        if not view.job.status.is_final:
            response.headers["Retry-After"] = str(RETRY_AFTER[202])
        return response

    return endpoints


def job_body(view: JobView, replies: Replies) -> dict[str, Any]:
    """The poll's body; `success` is that of the job, so that nobody takes "found it" for "booked"."""
    job, answer = view.job, replies.render(view.answer)
    final = job.status.is_final
    next_attempt_at = job.next_attempt_at if job.status in {Status.QUEUED, Status.RETRYING} else None
    return {
        "success": answer.body["success"],
        "message": answer.body["message"],
        "data": {
            "job_id": job.id,
            "status": job.status,
            "action": job.action,
            "attempts": [_attempt(attempt) for attempt in job.history],
            "next_attempt_at": _moment(next_attempt_at),
            "created_at": _moment(job.created_at),
            "finished_at": _moment(job.finished_at),
            "status_url": job_url(replies.public_url, job.id),
            "final": final,
            "answer": answer.body if final else None,
            "answer_status": answer.status if final else None,
        },
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": _moment(attempt.started_at),
        "finished_at": _moment(attempt.finished_at),
        "outcome": attempt.outcome,
        "code": attempt.code,
    }


def _moment(moment: datetime | None) -> str | None:
    return utc_text(moment) or None
