"""Whether what a voice agent books is as it was when it was last read from Cal.com, and can be booked by voice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from app.domain.answers import Result
from app.domain.directory import Access, Agent
from app.domain.errors import CalendarError, KeyUnreadableError, NotConnectedError
from app.domain.event_types import EventType, obstacles
from app.domain.outcomes import Failed
from app.domain.ports import Calendar
from app.domain.stores import OpenUnit
from app.services.findings import Finding, ok, problem, warning
from app.services.named import access_to, account_serving, agent_named, organization_named

FORCE = "Change it in Cal.com, or book another event type: ringbook agent set {} --event-type ID."


def judge_event_type(agent: Agent, event_type: EventType) -> Iterator[Finding]:
    """What stands in the way of booking this event type by voice: the same as when the agent is added."""
    found = obstacles(event_type, frozenset(agent.field_answers))
    for obstacle in found:
        if obstacle.blocking:
            yield problem(obstacle.code, obstacle.text, FORCE.format(agent.id))
        else:
            yield warning(obstacle.code, obstacle.text, "")
    if not any(obstacle.blocking for obstacle in found):
        yield ok("event type", "It can be booked by voice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAgent:
    """Reads the event type from Cal.com now; saves nothing. Raises UnknownNameError for the agent alone."""

    read_unit: OpenUnit
    calendar: Calendar

    def __call__(self, agent_id: str) -> list[Finding]:
        with self.read_unit() as unit:
            agent = agent_named(unit.directory, agent_id)
            organization = organization_named(unit.directory, agent.org_id)
            try:
                account = account_serving(unit.directory, organization, agent.account_id)
                access = access_to(unit.directory, account)
            except NotConnectedError as error:
                return [problem("account", str(error), "")]
            except KeyUnreadableError as error:
                return [problem("account", f"Its key cannot be read: {error}.", "Put back the older SECRET_KEYS.")]
        return list(self._judge(agent, access))

    def _judge(self, agent: Agent, access: Access) -> Iterator[Finding]:
        try:
            event_type = self.calendar.event_type(access, agent.event_type.id)
        except CalendarError as error:
            yield _judge_refusal(agent, error)
            return
        yield from judge_event_type(agent, event_type)
        changed = [each.name for each in fields(EventType) if _differ(each.name, agent.event_type, event_type)]
        if changed:
            names = ", ".join(name.replace("_", " ") for name in changed)
            advice = f"Read it again: ringbook agent set {agent.id} --refresh."
            yield warning("event type", f"It was changed in Cal.com since it was read: {names}.", advice)
        else:
            yield ok("event type", "It is as it was when it was read.")


def _differ(name: str, before: EventType, now: EventType) -> bool:
    return bool(getattr(before, name) != getattr(now, name))


def _judge_refusal(agent: Agent, error: CalendarError) -> Finding:
    match error.outcome:
        case Failed(result=Result.UPSTREAM_KEY):
            return problem("account", f"Cal.com does not take its key ({error}).", "Test the account.")
        case Failed():
            text = f"Cal.com does not show the event type {agent.event_type.id} ({error})."
            return problem("event type", text, f"Choose one: ringbook agent set {agent.id} --event-type ID.")
    return problem("account", f"Cal.com gives no answer ({error}).", "Try again shortly.")
