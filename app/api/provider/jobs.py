"""/api/v1/jobs for providers: which there are, what became of each try, and what a person decides about them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields, validate

from app.api.endpoints import Endpoints
from app.api.fields import Identifier, Text, WholeNumber
from app.api.guards import Guard, current_actor
from app.api.provider.agent_schemas import switch
from app.api.provider.documents import attempt_document, job_document
from app.api.provider.pages import Strict, made_at, page_document, page_fields, page_query
from app.api.provider.records import AttemptRecord, JobRecord
from app.api.provider.replies import READS, WRITES, answer_schema, done
from app.api.provider.scopes import check_reach, organizations_meant
from app.api.response_schemas import STATUSES
from app.domain.jobs import Job, Status
from app.domain.stores import JobFilter
from app.services.named import REASON_LIMIT

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

LONGEST_MINUTES = 7 * 24 * 60


class RequeueSchema(Strict):
    minutes = WholeNumber(
        load_default=None,
        validate=validate.Range(1, LONGEST_MINUTES, error=f"must be from 1 to {LONGEST_MINUTES}"),
        metadata={"description": "How long it may be tried from now on; else as long as any job of its action."},
    )
    force = switch("Even if the same request came again later, or its appointment has changed.", default=False)


class DiscardSchema(Strict):
    reason = Text(longest=REASON_LIMIT, required=True, metadata={"description": "Why, for whoever looks at it later."})
    force = switch("Even if it is not known whether Cal.com has what it asked for.", default=False)


class HistoryRecord(JobRecord):
    attempts_made = fields.List(fields.Nested(AttemptRecord), required=True)


FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."}),
    "agent_id": Identifier(load_default=None, metadata={"description": "Only those of this agent."}),
    "status": fields.String(
        load_default=None,
        validate=validate.OneOf(STATUSES, error=f"must be one of {', '.join(STATUSES)}"),
        metadata={"description": "Only those in this state."},
    ),
}
ListSchema = answer_schema("Jobs", page_fields("jobs", JobRecord))
OneSchema = answer_schema("JobHistory", HistoryRecord)


def provider_job_endpoints(cases: ProviderCases) -> Endpoints:
    """The blueprint. What a job's own caller may read, without a key, is `api.jobs`."""
    endpoints = Endpoints("ProviderJobService", url_prefix="/api/v1/jobs")
    _reads(endpoints, cases)
    _decisions(endpoints, cases)
    return endpoints


def _reads(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "",
        operation_id="ListJobs",
        guard=Guard.API_KEY,
        summary="List jobs, newest first",
        takes=page_query("jobs", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        wanted = JobFilter(
            status=Status(query["status"]) if query["status"] else None,
            org_id=organizations_meant(query["org_id"]),
            agent_id=query["agent_id"],
            limit=query["limit"] + 1,
            after=query["cursor"],
        )
        return done(
            "Jobs retrieved",
            page_document("jobs", query["limit"], cases.operators.list_jobs(wanted), job_document, made_at),
        )

    @endpoints.operation(
        "/<string:job_id>/history",
        operation_id="GetJobHistory",
        guard=Guard.API_KEY,
        summary="Show a job with every try",
        gives={200: OneSchema, **READS},
    )
    def show(job_id: str) -> Response:
        return done("Job retrieved", _history(_reached_job(cases, job_id)))


def _decisions(endpoints: Endpoints, cases: ProviderCases) -> None:
    @endpoints.operation(
        "/<string:job_id>/requeue",
        method="POST",
        operation_id="RequeueJob",
        guard=Guard.API_KEY,
        summary="Run a failed or discarded job again",
        description="What it may have sent to Cal.com already is looked for before anything is sent.",
        takes=RequeueSchema,
        example={"minutes": 30},
        gives={200: OneSchema, **WRITES},
    )
    def requeue(wanted: dict[str, Any], job_id: str) -> Response:
        job = _reached_job(cases, job_id)
        lasting = None if wanted["minutes"] is None else timedelta(minutes=wanted["minutes"])
        requeued = cases.operators.requeue_job(job.id, actor=current_actor(), lasting=lasting, force=wanted["force"])
        return done("Job requeued", _history(requeued))

    @endpoints.operation(
        "/<string:job_id>/discard",
        method="POST",
        operation_id="DiscardJob",
        guard=Guard.API_KEY,
        summary="Close a job for good",
        takes=DiscardSchema,
        example={"reason": "The caller booked by e-mail"},
        gives={200: OneSchema, **WRITES},
    )
    def discard(wanted: dict[str, Any], job_id: str) -> Response:
        job = _reached_job(cases, job_id)
        discarded = cases.operators.discard_job(
            job.id, actor=current_actor(), reason=wanted["reason"], force=wanted["force"]
        )
        return done("Job discarded", _history(discarded))


def _history(job: Job) -> dict[str, Any]:
    return job_document(job) | {"attempts_made": [attempt_document(attempt) for attempt in job.history]}


def _reached_job(cases: ProviderCases, job_id: str) -> Job:
    """The job, if the key of this request reaches it. Raises UnknownNameError."""
    job = cases.operators.show_job(job_id).job
    check_reach(job.org_id)
    return job
