"""Sends answers: turns what a use case said into a response, with status 200 where the caller takes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, request

from app.api.answers import Rendered, render
from app.api.preferences import wants_always_200
from app.domain.answers import Answer, Result


@dataclass(frozen=True, slots=True)
class Replies:
    """Writes answers. `clock` gives the time now in UTC, `public_url` is the address callers know us by."""

    clock: Callable[[], datetime]
    public_url: str

    def render(self, answer: Answer) -> Rendered:
        return render(answer, self.clock(), self.public_url)

    def send(self, answer: Answer) -> Response:
        """The response for an answer; its result is noted for the request's log line and metrics."""
        g.result = answer.result
        rendered = self.render(answer)
        response = jsonify(rendered.body)
        response.headers.update(rendered.headers)
        always_200 = answer.always_200 or wants_always_200(request.headers.get("X-Always-200"))
        response.status_code = 200 if always_200 else rendered.status
        return response

    def refuse(self, result: Result, **parts: Any) -> Response:
        """The response for a request that no use case answered; `parts` are further fields of the answer."""
        return self.send(Answer(result=result, action=g.get("action"), **parts))
