"""Sends answers: turns what a use case said into a response, with status 200 where the caller takes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, request

from app.api.answers import Rendered, render
from app.api.manners import AgentManners
from app.api.preferences import wants_always_200
from app.domain.answers import Answer, Result


@dataclass(frozen=True, slots=True)
class Replies:
    """Writes answers. `clock` gives the time now in UTC, `public_url` is the address callers know us by.

    `manners` tells how the agent wants a refusal that came before it was read.
    """

    clock: Callable[[], datetime]
    public_url: str
    manners: AgentManners

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

    def refuse(self, result: Result, *, database_fails: bool = False, **parts: Any) -> Response:
        """The response for a request that no use case answered; `parts` are further fields of the answer.

        It is in the agent's language, and has status 200 if the agent wants that. With `database_fails`, what is
        remembered of the agent goes before asking the database once more.
        """
        document = g.get("document")
        if result is Result.RATE_LIMITED:
            language, always_200 = self.manners.remembered(document)
        else:
            language, always_200 = self.manners.of(document, prefer_memory=database_fails)
        return self.send(
            Answer(result=result, action=g.get("action"), language=language, always_200=always_200, **parts)
        )
