"""How organizations, accounts, agents, jobs, appointments and API keys are shown to a provider."""

from __future__ import annotations

from typing import Any

from app.api.provider.replies import moment
from app.domain.api_keys import ApiKey
from app.domain.appointments import Appointment
from app.domain.caller_secrets import CallerSecret
from app.domain.directory import Account, Agent, Organization
from app.domain.event_types import EventType, obstacles
from app.domain.jobs import Attempt, Job

Document = dict[str, Any]


def organization_document(organization: Organization) -> Document:
    return {
        "id": organization.id,
        "name": organization.name,
        "primary_account_id": organization.primary_account_id,
        "verified_only": organization.verified_only,
        "contact_match": organization.contact_match,
        "created_at": moment(organization.created_at),
    }


def caller_secret_document(secret: CallerSecret) -> Document:
    return {
        "id": secret.id,
        "kind": secret.kind.value,
        "created_at": moment(secret.created_at),
        "ends_at": moment(secret.ends_at),
    }


def account_status(account: Account | None) -> str:
    """In the words of the provider's contract."""
    if account is None:
        return "not_connected"
    return "active" if account.is_connected else "inactive"


def account_document(account: Account) -> Document:
    return {
        "id": account.id,
        "org_id": account.org_id,
        "agent_id": account.agent_id,
        "account_name": account.name,
        "status": account_status(account),
        "api_base_url": account.base_url,
        "api_key_last4": account.key_last4,
        "username": account.username,
        "email": account.email,
        "time_zone": account.time_zone,
        "settle_seconds": account.settle_seconds,
        "connected_at": moment(account.created_at),
        "disconnected_at": moment(account.disconnected_at),
    }


def agent_document(agent: Agent) -> Document:
    return {
        "id": agent.id,
        "org_id": agent.org_id,
        "name": agent.name,
        "account_id": agent.account_id,
        "event_type": _event_type(agent.event_type),
        "time_zone": agent.time_zone,
        "language": agent.language,
        "wait_seconds": agent.wait_seconds,
        "always_200": agent.always_200,
        "placeholder_email": agent.placeholder_email,
        "phone_country": agent.phone_country,
        "field_answers": dict(agent.field_answers),
        "obstacles": [
            {"code": obstacle.code, "text": obstacle.text, "blocking": obstacle.blocking}
            for obstacle in obstacles(agent.event_type, frozenset(agent.field_answers))
        ],
        "created_at": moment(agent.created_at),
    }


def _event_type(event_type: EventType) -> Document:
    return {
        "id": event_type.id,
        "slug": event_type.slug,
        "title": event_type.title,
        "duration_minutes": event_type.length_minutes,
        "time_zone": event_type.time_zone,
        "needs_confirmation": event_type.needs_confirmation,
        "asks_for": [asked.slug for asked in event_type.fields if asked.is_asked],
    }


def job_document(job: Job) -> Document:
    """`outcome_is_open`: Cal.com may or may not have what was asked for. Nothing of the attendee."""
    return {
        "id": job.id,
        "org_id": job.org_id,
        "agent_id": job.agent_id,
        "account_id": job.account_id,
        "appointment_id": job.appointment_id,
        "action": job.action,
        "status": job.status,
        "result": job.final.result if job.final else None,
        "detail": job.final.detail if job.final else "",
        "starts_at": moment(job.starts_at),
        "attempts": job.attempts,
        "outcome_is_open": job.outcome_is_open,
        "created_at": moment(job.created_at),
        "deadline_at": moment(job.deadline_at),
        "next_attempt_at": None if job.status.is_final else moment(job.next_attempt_at),
        "finished_at": moment(job.finished_at),
    }


def attempt_document(attempt: Attempt) -> Document:
    return {
        "number": attempt.number,
        "started_at": moment(attempt.started_at),
        "submitted_at": moment(attempt.submitted_at),
        "finished_at": moment(attempt.finished_at),
        "outcome": attempt.outcome,
        "code": attempt.code,
        "http_status": attempt.http_status,
        "detail": attempt.detail,
    }


def appointment_document(appointment: Appointment) -> Document:
    attendee = appointment.attendee
    return {
        "id": appointment.id,
        "organization_id": appointment.org_id,
        "agent_id": appointment.agent_id,
        "calcom_account_id": appointment.account_id,
        "calcom_booking_uid": appointment.uid,
        "event_type_id": appointment.event_type_id,
        "attendee_name": attendee.name,
        "attendee_email": attendee.email,
        "attendee_phone": attendee.phone,
        "attendee_timezone": attendee.time_zone,
        "start_time": moment(appointment.starts_at),
        "end_time": moment(appointment.ends_at),
        "duration_minutes": round((appointment.ends_at - appointment.starts_at).total_seconds() / 60),
        "meeting_url": appointment.meeting_url,
        "status": appointment.status,
    }


def api_key_document(api_key: ApiKey) -> Document:
    return {
        "id": api_key.id,
        "scope": "admin" if api_key.scope.is_admin else "org",
        "org_id": api_key.scope.org_id,
        "name": api_key.name,
        "ends_with": api_key.ends_with,
        "created_at": moment(api_key.created_at),
        "expires_at": moment(api_key.expires_at),
        "last_used_at": moment(api_key.last_used_at),
        "revoked_at": moment(api_key.revoked_at),
    }
