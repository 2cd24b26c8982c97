"""Turns away, before anything is read or accepted, whoever asks too much or guesses too often."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from flask import Flask, Response, g, request

from app.api.json_body import document_of
from app.domain.answers import Result
from app.domain.errors import RefusedError
from app.domain.limits import Counted, Limits, Subject, subject
from app.web.client_address import Proxies

log = structlog.get_logger(__name__)

UNCOUNTED = frozenset({"HealthService", "JobService", "docs", "api-docs"})
"""Blueprints whose requests are not counted by address: load balancers, and callers who ask as often as they were told.
Guesses of job ids are failures all the same."""

FAILURES: frozenset[str] = frozenset(
    {Result.FORBIDDEN, Result.NOT_VERIFIED, Result.UNKNOWN_APPOINTMENT, Result.UNKNOWN_JOB, "unauthorized"}
)
"""What a guess, or a wrong secret or API key, comes to."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where requests are counted. `proxies` says whose word on the client's address is taken."""

    limits: Limits
    proxies: Proxies

    def admit_to(self, org_id: str) -> None:
        """Count a request that names this organization, known or not. Raises RefusedError."""
        g.aimed_at = org_id
        self._take([subject(Counted.ORGANIZATION, org_id)], heeding=[self._failures_there()])

    def admit(self) -> None:
        """Count a request before anything of it is read. Raises RefusedError."""
        g.client = self.proxies.client_of(request.remote_addr or "", request.headers.getlist("X-Forwarded-For"))
        if request.blueprint in UNCOUNTED:
            if request.blueprint == "JobService":
                self._take([], heeding=[self._failures_anywhere()])
            return
        try:
            self._take([subject(Counted.ADDRESS, g.client)], heeding=[self._failures_anywhere()])
        except RefusedError:
            if request.is_json:  # the agent it names may want its refusals in another way
                with suppress(RefusedError):
                    document_of(request)
            raise

    def note_outcome(self) -> None:
        """Count what turned out to be a guess."""
        if g.get("result") in FAILURES:
            self.limits.take([self._failures_there(), self._failures_anywhere()])

    def _failures_there(self) -> Subject:
        """The client's, at the organization the request names."""
        return subject(Counted.FAILURES, g.client, g.get("aimed_at", ""))

    def _failures_anywhere(self) -> Subject:
        return subject(Counted.ALL_FAILURES, g.client)

    def _take(self, counted: Sequence[Subject], *, heeding: Sequence[Subject]) -> None:
        wait = self.limits.take(counted, heeding=heeding)
        if wait:
            log.warning("request_limited", counted=[each.counted for each in counted], seconds=round(wait, 3))
            raise RefusedError(Result.RATE_LIMITED, retry_after=math.ceil(wait))


def guard_requests(app: Flask, gate: Gate) -> None:
    """Count every request of the app, and every failure; register after what observes requests."""

    @app.before_request
    def admit() -> None:
        gate.admit()

    @app.after_request
    def note(response: Response) -> Response:
        gate.note_outcome()
        return response
