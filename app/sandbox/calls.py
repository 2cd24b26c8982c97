"""One request and one answer, free of any web framework, so that a fault may run them late or twice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.sandbox import errors
from app.sandbox.world import User

KNOWN_VERSIONS = frozenset({"2024-04-15", "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04"})
LEGACY = "2024-04-15"

# How the connection ends: with the whole answer, in the middle of it, or without any.
WHOLE, HALF, CUT = "whole", "half", "cut"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query_text: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: bytes
    form: Mapping[str, str]
    remote: str

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query_text}" if self.query_text else self.path

    @property
    def version(self) -> str:
        """A version the server does not know silently means the oldest one."""
        asked = self.headers.get("cal-api-version", "")
        return asked if asked in KNOWN_VERSIONS else LEGACY

    @property
    def bearer(self) -> str | None:
        text = self.headers.get("authorization", "")
        return text.removeprefix("Bearer ").strip() if text.startswith("Bearer ") else None

    def body(self) -> dict[str, Any]:
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(self.form)
        if not self.headers.get("content-type", "").startswith("application/json") or not self.raw_body:
            return {}
        try:
            parsed = json.loads(self.raw_body)
        except ValueError as broken:
            text = self.raw_body.decode("utf-8", "replace")
            raise errors.nest(400, _parser_complaint(text)) from broken
        return parsed if isinstance(parsed, dict) else {}


def _parser_complaint(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as broken:
        if broken.pos >= len(text.rstrip()):
            return "Unexpected end of JSON input"
        return f"Unexpected token {text[broken.pos]} in JSON at position {broken.pos}"
    return "Unexpected end of JSON input"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    ending: str = WHOLE

    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Inquiry:
    """A call that has passed the gate: whose it is and what it asks."""

    call: Call
    params: Mapping[str, str]
    body: dict[str, Any]
    user: User | None
    stale_seconds: float = 0.0
    lie: str | None = None

    def me(self) -> User:
        if self.user is None:
            raise errors.nest(401, NO_AUTHENTICATION)
        return self.user


NO_AUTHENTICATION = (
    "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth client "
    "credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers"
)


def success(data: Any, status: int = 200, **more: Any) -> Answer:
    return Answer(status, {"status": "success", "data": data, **more})
