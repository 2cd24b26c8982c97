"""How answers of the provider side look: `success`, a plain message, and what was asked for under `data`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, g, jsonify
from marshmallow import Schema, fields

from app.api.bodies import utc_text
from app.api.response_schemas import ErrorResponseSchema, Open, flag, text

CREATED = 201
READS = dict.fromkeys((400, 404), ErrorResponseSchema)
"""What may become of a look at one thing, besides what any route behind a key answers."""

WRITES = dict.fromkeys((400, 404, 409, 413, 415), ErrorResponseSchema)
ASKS_CALCOM = dict.fromkeys((502,), ErrorResponseSchema)
"""In addition where Cal.com is asked before the answer."""


def done(message: str, data: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    g.result = "done"
    response = jsonify(success=True, message=message, data={} if data is None else data)
    response.status_code = status
    return response


def answer_schema(name: str, data: type[Schema] | Mapping[str, fields.Field[Any]]) -> type[Schema]:
    """The schema of such an answer; `data` as a schema, or as its fields."""
    inner = data if isinstance(data, type) else Open.from_dict(dict(data), name=f"{name}Data")
    return Open.from_dict(
        {
            "success": flag("True: it was done."),
            "message": text("What was done, in a few words."),
            "data": fields.Nested(inner, required=True),
        },
        name=f"{name}Answer",
    )


NothingMoreSchema = answer_schema("NothingMore", {})


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, null for none."""
    return utc_text(at) or None
