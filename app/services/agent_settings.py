"""What an owner can choose about a voice agent, and which choices are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import phonenumbers

from app.domain.answers import LONGEST_WAIT, SHORTEST_WAIT, Result
from app.domain.contacts import normalise_email, placeholder_email
from app.domain.directory import Agent
from app.domain.errors import RefusedError
from app.domain.event_types import EventType, obstacles
from app.domain.speech import languages
from app.domain.times import is_zone
from app.services.named import checked_name, refused

Value = TypeVar("Value")

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
SOME_PHONE = "+12125550123"
CHOICE_TYPES = frozenset({"select", "radio"})
ANSWER_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """The chosen settings of an Agent, explained there. None leaves as it is; an empty text takes the choice back.

    `field_answers` are laid over those already set; an empty answer removes one.
    """

    name: str | None = None
    time_zone: str | None = None
    language: str | None = None
    wait_seconds: float | None = None
    always_200: bool | None = None
    placeholder_email: str | None = None
    phone_country: str | None = None
    field_answers: Mapping[str, str] = field(default_factory=dict)

    def over(self, agent: Agent) -> Agent:
        """The agent with these settings. Raises RefusedError."""
        answers = {**agent.field_answers, **self.field_answers}
        return replace(
            agent,
            name=_chosen(self.name, checked_name, agent.name),
            time_zone=_chosen(self.time_zone, _checked_zone, agent.time_zone),
            language=_chosen(self.language, _checked_language, agent.language),
            wait_seconds=_chosen(self.wait_seconds, _checked_wait, agent.wait_seconds),
            always_200=agent.always_200 if self.always_200 is None else self.always_200,
            placeholder_email=_chosen(self.placeholder_email, _checked_pattern, agent.placeholder_email),
            phone_country=_chosen(self.phone_country, _checked_country, agent.phone_country),
            field_answers={slug: text for slug, text in answers.items() if text.strip()},
        )


def _chosen(choice: Value | None, check: Callable[[Value], Value], kept: Value) -> Value:
    return kept if choice is None else check(choice)


NOTHING_CHOSEN = AgentSettings()


class NotBookableError(RefusedError):
    """The event type cannot be booked by voice; `fields` names each obstacle, `event_type` is what Cal.com showed."""

    def __init__(self, agent_name: str, event_type: EventType, blocking: Mapping[str, str]) -> None:
        super().__init__(Result.NOT_BOOKABLE, fields=blocking, agent_name=agent_name)
        self.event_type = event_type


def check_bookable(agent: Agent) -> None:
    """Raises NotBookableError where a booking by this agent would fail every time."""
    found = obstacles(agent.event_type, frozenset(agent.field_answers))
    blocking = {obstacle.code: obstacle.text for obstacle in found if obstacle.blocking}
    if blocking:
        raise NotBookableError(agent.name, agent.event_type, blocking)


def check_answers(agent: Agent) -> None:
    """Raises RefusedError where an answer is for a question the event type does not ask, or not one of its options."""
    for slug, text in agent.field_answers.items():
        asked = agent.event_type.field(slug)
        if asked is None:
            known = ", ".join(known.slug for known in agent.event_type.fields if not known.hidden)
            raise refused("answer", f"The event type has no field {slug}. It has: {known}.")
        if len(text) > ANSWER_LIMIT:
            raise refused("answer", f"The answer for {slug} is longer than {ANSWER_LIMIT} characters.")
        if asked.type in CHOICE_TYPES and asked.options and text not in asked.options:
            raise refused("answer", f"{slug} takes one of: {', '.join(asked.options)}.")


def _checked_zone(text: str) -> str:
    zone = text.strip()
    if zone and not is_zone(zone):
        raise refused("time_zone", f"{text!r} is not a time zone like Europe/Berlin.")
    return zone


def _checked_language(text: str) -> str:
    language = text.strip()
    if not LANGUAGE.match(language) or language.partition("-")[0] not in languages():
        raise refused("language", f"There are no sentences in {text!r}. There are: {', '.join(languages())}.")
    return language


def _checked_wait(seconds: float) -> float:
    if not SHORTEST_WAIT <= seconds <= LONGEST_WAIT:
        raise refused("wait", f"It must be between {SHORTEST_WAIT} and {LONGEST_WAIT:.0f} seconds.")
    return seconds


def _checked_pattern(text: str) -> str:
    pattern = text.strip()
    try:
        sound = pattern.count("{digits}") == 1 and bool(normalise_email(placeholder_email(pattern, SOME_PHONE)))
    except ValueError:
        sound = False
    if pattern and not sound:
        raise refused("placeholder_email", "It must be an address with {digits} in it, like {digits}@no-mail.example.")
    return pattern


def _checked_country(text: str) -> str:
    country = text.strip().upper()
    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise refused("phone_country", f"{text!r} is not a country code like US or DE (the United Kingdom is GB).")
    return country
