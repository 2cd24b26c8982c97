"""Gives every request an id, one log line when it is answered, and its place in the metrics."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Protocol
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from app.web.arrival import seconds_since_arrival

log = structlog.get_logger(__name__)

_SANE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")


class Metrics(Protocol):
    def observe(self, *, endpoint: str, action: str, status: int, result: str, seconds: float) -> None: ...


def observe_requests(app: Flask, metrics: Metrics) -> None:
    """Hook into every request of the app; `g.action` and `g.result` are set by those who know them.

    `g.began` is when the request arrived, which may be long before a thread was free for it.
    """

    @app.before_request
    def begin() -> None:
        g.began = perf_counter() - seconds_since_arrival(request.environ)
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _SANE.fullmatch(given) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        endpoint = request.script_root + request.url_rule.rule if request.url_rule else "unmatched"
        action, result = str(g.get("action") or ""), str(g.get("result") or "")
        seconds = perf_counter() - g.began
        status = response.status_code
        metrics.observe(endpoint=endpoint, action=action, status=status, result=result, seconds=seconds)
        log.info(
            "request_answered",
            endpoint=endpoint,
            action=action,
            status=status,
            result=result,
            seconds=round(seconds, 4),
        )
        return response
