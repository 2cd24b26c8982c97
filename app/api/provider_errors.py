"""Errors of the provider side: the contract's one shape, in words for whoever builds on it and not for a caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Flask, Response, g, jsonify

from app.api.answers import RESULTS, RETRY_AFTER
from app.api.guards import CHALLENGE
from app.domain import speech
from app.domain.answers import Answer, Result
from app.domain.errors import ForbiddenError, NotAuthenticatedError


class Refusal(NamedTuple):
    """`code` is the machine code; `message` says what happened and `details` what to change, if that is known."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] | str = {}


NOT_AUTHENTICATED = Refusal(401, "UNAUTHORIZED", "A valid API key is needed in the header X-Api-Key")
FORBIDDEN = Refusal(403, "FORBIDDEN", "You do not have permission to perform this action")


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
    details: Mapping[str, Any] | str = "Cal.com is not connected" if result is Result.NOT_CONNECTED else dict(fields)
    return Refusal(status, code or "", speech.inner_message(Answer(result=result)), details)


def register_provider_errors(app: Flask) -> None:
    """Answer what only the provider side raises."""
    app.register_error_handler(NotAuthenticatedError, lambda _: send_refusal(NOT_AUTHENTICATED))
    app.register_error_handler(ForbiddenError, lambda _: send_refusal(FORBIDDEN))
