"""The kinds of values a request carries; the reasons they give for a refusal are written to be read aloud or logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.api.preferences import is_key
from app.domain.answers import REQUIRED
from app.domain.identifiers import ENDPOINT_ID, UUID
from app.domain.times import zone_key

MOST_CHOSEN = 10
"""Webhook endpoints one request may name."""

REASONS: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": REQUIRED,
    "null": REQUIRED,
    "invalid": "must be text",
    "invalid_utf8": "must be text",
    "validator_failed": "is not valid",
}

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, text-direction overrides and lone surrogates; tab and line feed are left to `multiline`."""


class Text(fields.String):
    """Free text of bounded length: trimmed, control characters removed, on one line unless `multiline`.

    With more than `longest` characters it is refused, or with `cut` the rest is dropped.
    """

    def __init__(self, *, longest: int, multiline: bool = False, cut: bool = False, **options: Any) -> None:
        limit = validate.Length(max=longest, error=f"must have at most {longest} characters")
        super().__init__(validate=[] if cut else [limit], error_messages=REASONS, **options)
        self.multiline = multiline
        self.kept = longest if cut else None

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        text = _UNSEEN.sub("", text.replace("\r\n", "\n"))
        text = text.strip() if self.multiline else " ".join(text.split())
        return text[: self.kept].rstrip()


class TimeZone(Text):
    """An IANA name in any case, taken in its own spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return zone_key(text) if text else ""
        except ValueError as fault:
            raise ValidationError(str(fault)) from None


class Instant(fields.AwareDateTime):
    """ISO 8601 with an offset, taken in UTC."""

    def __init__(self, **options: Any) -> None:
        reasons = dict.fromkeys(("invalid", "awareness", "invalid_awareness"), "must be ISO 8601 with an offset")
        super().__init__(error_messages={**reasons, "out_of_range": "is not a time that UTC has"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **options)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("out_of_range") from None


class Identifier(fields.String):
    """A UUID in its usual form, taken in lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(error_messages={**REASONS, "uuid": "must be a UUID"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).strip().lower()
        if not text:
            raise self.make_error("required")
        if not UUID.match(text):
            raise self.make_error("uuid")
        return text


class WholeNumber(fields.Integer):
    """A JSON number without a fraction (7 and 7.0, as JSON Schema has it), never a string or a boolean."""

    def __init__(self, **options: Any) -> None:
        super().__init__(error_messages={**REASONS, "invalid": "must be a whole number"}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> int:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
            raise self.make_error("invalid")
        return int(value)


class EndpointIds(fields.List[str]):
    """Ids of webhook endpoints, each once, as a tuple."""

    def __init__(self, **options: Any) -> None:
        reasons = {**REASONS, "invalid": "must be a list of ids"}
        one = fields.String(error_messages=reasons, validate=validate.Regexp(ENDPOINT_ID, error="has no such id"))
        limit = validate.Length(max=MOST_CHOSEN, error=f"must name at most {MOST_CHOSEN}")
        super().__init__(one, validate=limit, error_messages=reasons, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        return tuple(dict.fromkeys(super()._deserialize(value, attr, data, **options)))


class ToolCallId(fields.String):
    """The id a voice platform gave its tool call. The page does not have it, so whatever is no use is ignored."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        return value.strip() if is_key(value) else ""
