"""Accounts, agents, event types, kept times and findings as the desk shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.domain.directory import Account, Agent, ConnectionKind, Organization
from app.domain.event_types import EventType, obstacles
from app.domain.traffic import Standing
from app.services.findings import Finding, Level
from app.services.read_accounts import AccountState, AgentState, HeldEventType

TONES = {Level.OK: "good", Level.WARNING: "warn", Level.PROBLEM: "bad"}


def account_row(account: Account, organization: Organization | None, standing: Standing | None) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "organization": organization.name if organization else account.org_id,
        "org_id": account.org_id,
        "is_primary": organization is not None and organization.primary_account_id == account.id,
        "is_private": account.agent_id is not None,
        "base_url": account.base_url,
        "username": account.username,
        "time_zone": account.time_zone,
        "key_last4": account.key_last4,
        "settle_seconds": account.settle_seconds,
        "created_at": account.created_at,
        "disconnected_at": account.disconnected_at,
        "budget_left": standing.budget_left if standing else None,
        "breaker_is_open": standing is not None and standing.breaker_is_open,
    }


def agent_row(agent: Agent, organization: Organization | None) -> dict[str, Any]:
    """`blocked`: a booking by it would fail every time, as far as its event type is known."""
    found = obstacles(agent.event_type, frozenset(agent.field_answers))
    return {
        "id": agent.id,
        "name": agent.name,
        "organization": organization.name if organization else agent.org_id,
        "org_id": agent.org_id,
        "event_type": f"{agent.event_type.title} ({agent.event_type.id})",
        "blocked": any(obstacle.blocking for obstacle in found),
        "notes": len(found),
        "created_at": agent.created_at,
    }


def agent_facts(agent: Agent) -> dict[str, str]:
    """What its owner has chosen; without the answers to questions of its event type, which may say anything."""
    return {
        "Language": agent.language,
        "Time zone": agent.time_zone or "that of its schedule",
        "Waits": f"{agent.wait_seconds:g} s",
        "Answers with": "status 200, whatever happened" if agent.always_200 else "the real status",
        "Phone numbers are of": agent.phone_country or "the country they name",
        "Placeholder e-mail": agent.placeholder_email or "none",
        "Prepared answers": ", ".join(sorted(agent.field_answers)) or "none",
    }


def event_type_facts(event_type: EventType) -> dict[str, str]:
    """As it was when it was last read from Cal.com."""
    asked = ", ".join(field.slug for field in event_type.fields if field.is_asked)
    return {
        "Event type": f"{event_type.title} ({event_type.slug}, {event_type.id})",
        "Length": f"{event_type.length_minutes} minutes",
        "Time zone": event_type.time_zone or "none",
        "Asks for": asked or "nothing",
        "Confirmation": "by its host" if event_type.needs_confirmation else "at once",
        "Notice": f"{event_type.notice_minutes} minutes" if event_type.notice_minutes else "none",
        "Hosts": event_type.scheduling.replace("_", " ").lower() or "one",
    }


WAYS = {
    ConnectionKind.PRIVATE: "by its own key",
    ConnectionKind.LINKED: "because it is linked to it",
    ConnectionKind.PRIMARY: "as its organization's primary account",
    ConnectionKind.NONE: "",
}


def connection_row(state: AgentState) -> dict[str, Any] | None:
    """None where there is no account it could book with."""
    connection = state.connection
    if connection is None or connection.account is None:
        return None
    account = connection.account
    return {"id": account.id, "name": account.name, "way": WAYS[connection.kind], "is_connected": account.is_connected}


def hook_row(state: AccountState) -> dict[str, Any]:
    """How Cal.com tells of the account's bookings, without the secret it signs with."""
    hook = state.hook
    return {
        "unreadable": state.unreadable,
        "url": hook.url if hook else "",
        "registered_at": hook.registered_at if hook else None,
        "former_until": hook.former_until if hook else None,
    }


def sweep_row(state: AccountState) -> dict[str, Any] | None:
    """None before its first turn."""
    sweep = state.sweep
    return {"until": sweep.swept_until, "next_at": sweep.next_at, "failures": sweep.failures} if sweep else None


def held_row(held: HeldEventType, now: datetime) -> dict[str, Any]:
    return {
        "event_type": f"{held.event_type.title} ({held.event_type.id})",
        "answers": held.days is not None,
        "days": [{"day": each.day, "age": now - each.loaded_at, "free": each.free} for each in held.days or ()],
    }


def finding_row(finding: Finding) -> dict[str, str]:
    return {
        "level": finding.level.value,
        "tone": TONES[finding.level],
        "subject": finding.subject.replace("_", " "),
        "text": finding.text,
        "advice": finding.advice,
    }
