"""Puts every error, wherever it is raised, into the contract's one shape."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.api.guards import is_behind_key
from app.api.provider_errors import refusal_of, register_provider_errors, send_refusal
from app.api.replies import Replies
from app.domain.answers import Result
from app.domain.errors import RefusedError, StoreUnavailableError

log = structlog.get_logger(__name__)

BY_STATUS = {
    404: Result.NO_ROUTE,
    405: Result.NO_METHOD,
    413: Result.TOO_LARGE,
    415: Result.NOT_JSON,
    429: Result.RATE_LIMITED,
    503: Result.OVERLOADED,
}


def register_error_handlers(app: Flask, replies: Replies) -> None:
    """Answer refusals, a missing database, Werkzeug's own errors and everything unforeseen."""

    def refuse(result: Result, **parts: Any) -> Response:
        if is_behind_key():
            return send_refusal(refusal_of(result, parts.get("fields", {})), retry_after=parts.get("retry_after"))
        return replies.refuse(result, **parts)

    def refused(error: RefusedError) -> Response:
        return refuse(
            error.result,
            fields=error.fields,
            agent_name=error.agent_name,
            retry_after=error.retry_after,
            openings=error.openings,
        )

    def store_unavailable(error: StoreUnavailableError) -> Response:
        log.error("store_was_unavailable", route=str(request.url_rule), exc_info=error)
        return refuse(Result.OVERLOADED, database_fails=True)

    def http_error(error: HTTPException) -> Response:
        response = refuse(result_of(error.code or 500))
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    def unforeseen(error: Exception) -> Response:
        log.error("request_failed", route=str(request.url_rule), exc_info=error)
        return refuse(Result.INTERNAL)

    register_provider_errors(app)
    app.register_error_handler(RefusedError, refused)
    app.register_error_handler(StoreUnavailableError, store_unavailable)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unforeseen)


def result_of(status: int) -> Result:
    """What an HTTP error of the framework means in our words."""
    return BY_STATUS.get(status, Result.INVALID if status < 500 else Result.INTERNAL)
