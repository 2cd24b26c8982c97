"""Errors of the provider side: the contract's one shape, in words for whoever builds on it and not for a caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import ceil
from typing import Any, NamedTuple

from flask import Flask, Response, g, jsonify

from app.api.answers import RESULTS, RETRY_AFTER
from app.api.guards import CHALLENGE
from app.domain import speech
from app.domain.answers import Answer, Result
from app.domain.errors import (
    CalendarError,
    ConflictError,
    ForbiddenError,
    NotAuthenticatedError,
    NotConnectedError,
    PostponedError,
    UnknownNameError,
)
from app.domain.outcomes import Failed, RetryLater, Unknown


class Refusal(NamedTuple):
    """`code` is the machine code; `message` says what happened and `details` what to change, if that is known."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] | str = {}


NOT_AUTHENTICATED = Refusal(401, "UNAUTHORIZED", "A valid API key is needed in the header X-Api-Key")
FORBIDDEN = Refusal(403, "FORBIDDEN", "You do not have permission to perform this action")
NOT_FOUND = Refusal(404, "NOT_FOUND", "There is nothing of that id, or not for this key")
NOT_CONNECTED = "Cal.com is not connected"
UNREACHABLE = "Unable to reach upstream service. Please try again."
KEY_REFUSED = "Cal.com does not take this key"

FIELDS = {
    "account": "account_id",
    "agent": "agent_id",
    "answer": "field_answers",
    "base_url": "api_base_url",
    "expires": "expires_in_days",
    "key": "api_key",
    "org": "org_id",
    "settle": "settle_seconds",
    "wait": "wait_seconds",
}
"""Where the command line calls an input otherwise than the API does."""


def send_refusal(refusal: Refusal, *, retry_after: int | None = None) -> Response:
    """The response; its code is noted for the request's log line and metrics."""
    g.result = refusal.code.lower()
    error = {"code": refusal.code, "message": refusal.message, "details": refusal.details}
    response = jsonify(success=False, message=refusal.message, error=error)
    response.status_code = refusal.status
    seconds = RETRY_AFTER.get(refusal.status) if retry_after is None else max(1, retry_after)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    if refusal.status == NOT_AUTHENTICATED.status:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def refusal_of(result: Result, fields: Mapping[str, str]) -> Refusal:
    """What a use case refused, in its plain words: no sentence to speak."""
    status, code = RESULTS[result]
    given = g.get("document") or {}
    names = FIELDS | ({"name": "account_name"} if "account_name" in given else {})
    named = {name if name in given else names.get(name, name): reason for name, reason in fields.items()}
    details = NOT_CONNECTED if result is Result.NOT_CONNECTED else named
    return Refusal(status, code or "", speech.inner_message(Answer(result=result)), details)


def calendar_refusal(error: CalendarError) -> Refusal:
    """What a look at Cal.com came to. A key that came with the request is the request's own fault."""
    if isinstance(error, PostponedError):
        return Refusal(429, "RATE_LIMITED", "Cal.com is not to be asked just now. Please try again.")
    result = error.outcome.result if isinstance(error.outcome, Failed) else Result.UPSTREAM_DOWN
    if result is Result.UPSTREAM_KEY:
        if "api_key" in (g.get("document") or {}):
            return Refusal(400, "INVALID_REQUEST", KEY_REFUSED, {"api_key": KEY_REFUSED})
        return Refusal(502, "BAD_GATEWAY", KEY_REFUSED)
    if result is Result.NOT_CONNECTED:
        message = "Cal.com does not know that event type, or not with this key"
        return Refusal(400, "NOT_CONNECTED", message, NOT_CONNECTED)
    return Refusal(502, "BAD_GATEWAY", UNREACHABLE)


def register_provider_errors(app: Flask) -> None:
    """Answer what only the provider side raises. What is not there is answered as what is another's: alike."""

    def calendar_failed(error: CalendarError) -> Response:
        wait = error.outcome.wait if isinstance(error.outcome, RetryLater | Unknown) else None
        return send_refusal(calendar_refusal(error), retry_after=None if wait is None else ceil(wait))

    answers: dict[type[Exception], Callable[[Exception], Refusal]] = {
        NotAuthenticatedError: lambda _: NOT_AUTHENTICATED,
        ForbiddenError: lambda _: FORBIDDEN,
        UnknownNameError: lambda _: NOT_FOUND,
        NotConnectedError: lambda error: Refusal(400, "NOT_CONNECTED", str(error), NOT_CONNECTED),
        ConflictError: lambda error: Refusal(409, "CONFLICT", str(error)),
    }
    for kind, refusal in answers.items():
        app.register_error_handler(kind, partial(_answer, refusal))
    app.register_error_handler(CalendarError, calendar_failed)


def _answer(refusal: Callable[[Exception], Refusal], error: Exception) -> Response:
    return send_refusal(refusal(error))
