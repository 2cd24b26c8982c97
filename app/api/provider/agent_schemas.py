"""What a provider may say of an agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

from marshmallow import fields, validate

from app.api.fields import REASONS, Identifier, Text, TimeZone, WholeNumber
from app.api.provider.pages import Strict
from app.domain.answers import LONGEST_WAIT, SHORTEST_WAIT
from app.services.agent_settings import AgentSettings

EXAMPLE = {"name": "Dr. Rivera", "event_type_id": 101, "time_zone": "America/New_York"}

MOST_ANSWERS = 50


def choice(what: str, *, longest: int) -> Text:
    return Text(longest=longest, load_default=None, metadata={"description": what})


def switch(what: str, default: bool | None) -> fields.Boolean:  # noqa: FBT001
    """True and false as JSON has them, no words that mean them."""
    return fields.Boolean(
        load_default=default,
        truthy={True},
        falsy={False},
        error_messages={"invalid": "must be true or false"},
        metadata={"description": what},
    )


class AgentSettingsSchema(Strict):
    time_zone = TimeZone(longest=64, load_default=None, metadata={"description": "The zone its callers are in."})
    language = choice("The language it speaks, such as en or de.", longest=35)
    wait_seconds = fields.Float(
        load_default=None,
        error_messages=dict.fromkeys(("invalid", "special", "too_large"), "must be a number of seconds"),
        metadata={"description": f"How long a request waits, {SHORTEST_WAIT:g} to {LONGEST_WAIT:g}."},
    )
    always_200 = switch("Whether everything is answered with status 200.", None)
    placeholder_email = choice("For callers without one, such as {digits}@no-mail.example.", longest=254)
    phone_country = choice("Where phone numbers without a country code are from, such as US.", longest=2)
    field_answers = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 200)),
        values=Text(longest=1000),
        load_default=dict,
        validate=validate.Length(max=MOST_ANSWERS),
        metadata={"description": "Answers to the form's own questions, by slug; an empty one takes it back."},
    )
    force = switch("Even if its event type cannot be booked by voice.", default=False)


class NewAgentSchema(AgentSettingsSchema):
    id = Identifier(load_default=None, metadata={"format": "uuid", "description": "If it has one; else one is made."})
    org_id = Identifier(load_default=None, metadata={"format": "uuid", "description": "If the key is an admin's."})
    name = Text(longest=200, required=True, metadata={"description": "Its name, as it is spoken."})
    event_type_id = WholeNumber(
        required=True,
        validate=validate.Range(1, 2**53, error="is no event type"),
        metadata={"description": "The number of the event type at Cal.com."},
    )
    account_id = Identifier(
        load_default=None, metadata={"format": "uuid", "description": "An account of its own; else the primary one."}
    )


class AgentChangeSchema(AgentSettingsSchema):
    name = choice("Another name.", longest=200)
    event_type_id = WholeNumber(
        load_default=None,
        validate=validate.Range(1, 2**53, error="is no event type"),
        metadata={"description": "Another event type."},
    )
    account_id = fields.String(
        load_default=None,
        error_messages=REASONS,
        metadata={"description": "Link it to this account; empty: to none, so that the primary one serves it."},
    )
    refresh = switch("Read its event type from Cal.com again.", default=False)


def settings_in(wanted: Mapping[str, Any]) -> AgentSettings:
    """The part of the request that is settings."""
    return AgentSettings(**{field.name: wanted[field.name] for field in fields_of(AgentSettings)})
