"""Endpoints that say in one place what they take, give and are called; the OpenAPI document is made from that.

The only module that deals with flask-smorest, which has no types.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask
from flask_smorest import Api
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import Schema
from werkzeug.wrappers import Response

from app.api.event_schemas import webhooks_section
from app.api.guards import HEADER, Guard, declare, guarded
from app.api.json_body import JsonParser
from app.api.response_schemas import ErrorResponseSchema

View = TypeVar("View", bound=Callable[..., Response])

VERSION = "1.0.0"
SECURITY: Mapping[Guard, list[dict[str, list[str]]]] = {
    Guard.OPEN: [],
    Guard.API_KEY: [{"ApiKey": []}],
    Guard.ADMIN_KEY: [{"ApiKey": []}],
    Guard.SIGNATURE: [{"Signature": []}],
}
"""What the document says of each guard."""

SECURITY_SCHEMES = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": HEADER,
        "description": "Made by `ringbook apikey add`: of one organization (rbk_...), or an admin's (rbk_admin_...).",
    },
    "Signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Cal-Signature-256",
        "description": "HMAC-SHA256 of the body as it is sent, in lower-case hex, made with the account's secret.",
    },
}

BEHIND_KEY = dict.fromkeys((401, 403, 429, 500, 503), ErrorResponseSchema)
"""What any route behind a key may answer."""

ABOUT = "Books, moves, cancels and offers Cal.com appointments for voice agents."


SECONDS = {"type": "string", "pattern": "^[0-9]+$"}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait before asking again.", "schema": SECONDS}}
HEADERS_OF: Mapping[int, Mapping[str, Any]] = {
    202: {"Location": {"description": "Where to ask for the outcome.", "schema": {"type": "string"}}, **RETRY_AFTER},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
"""Headers an answer of that status carries besides the body."""


class Endpoints(SmorestBlueprint):
    """A blueprint with the strict JSON parser; `name` is the tag of its operations."""

    ARGUMENTS_PARSER = JsonParser()

    def __init__(self, name: str, *, url_prefix: str | None = None) -> None:
        super().__init__(name, __name__, url_prefix=url_prefix)  # type: ignore[no-untyped-call]

    def operation(
        self,
        rule: str,
        *,
        operation_id: str,
        guard: Guard,
        gives: Mapping[int, type[Schema] | None],
        method: str = "GET",
        takes: type[Schema] | None = None,
        takes_from: str = "json",
        example: Mapping[str, Any] | None = None,
        **doc: Any,
    ) -> Callable[[View], View]:
        """Route `rule` to the view. `gives` is status to body; `takes` is loaded and handed to the view first.

        `guard` says who may call it; what a key opens is `guards.current_scope()`. `example` is a body to try.
        """

        smorest: Any = self

        def decorate(view: View) -> View:
            handler: Any = view
            if takes is not None:
                # One instance for all requests: made anew for each, its fields would be copied each time.
                handler = smorest.arguments(takes(), location=takes_from, example=example)(handler)
            answers = _answers({**gives, **BEHIND_KEY} if guard.wants_key else gives)
            handler = smorest.doc(operationId=operation_id, security=SECURITY[guard], responses=answers, **doc)(handler)
            smorest.add_url_rule(rule, operation_id, guarded(guard)(handler), methods=[method])
            return view

        return decorate

    def register_views_in_doc(self, api: Document, *args: Any, **options: Any) -> None:
        api.describe_later(partial(super().register_views_in_doc, api, *args, **options))


def _answers(gives: Mapping[int, type[Schema] | None]) -> dict[str, Any]:
    """Described in one go: flask-smorest's own decorator copies all that was said before with every status."""
    described: dict[str, Any] = {}
    for status, schema in sorted(gives.items()):
        described[str(status)] = {"description": HTTPStatus(status).phrase}
        if status in HEADERS_OF:
            described[str(status)]["headers"] = HEADERS_OF[status]
        if schema is not None:
            described[str(status)]["content"] = {"application/json": {"schema": schema}}
    return described


def header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """A request header, for the document."""
    return {"in": "header", "name": name, "description": description, "schema": {"type": "string", **schema}}


class Document(Api):
    """The OpenAPI document at /openapi.json, with our shape for every error an operation does not name.

    Its operations are described when somebody asks for it first: that takes longer than all else that an app is made
    of, and most are never asked.
    """

    ERROR_SCHEMA: type[Schema] = ErrorResponseSchema  # type: ignore[assignment]

    def __init__(self, app: Flask, *, public_url: str) -> None:
        self._undescribed: deque[Callable[[], None]] = deque()
        self._describing = threading.Lock()
        app.config.update(
            API_TITLE="Ringbook",
            API_VERSION=VERSION,
            OPENAPI_VERSION="3.1.0",
            OPENAPI_URL_PREFIX="/",
            API_SPEC_OPTIONS={
                "servers": [{"url": public_url}],
                "info": {"description": ABOUT},
                "webhooks": webhooks_section(),
            },
        )
        super().__init__(app)  # type: ignore[no-untyped-call]
        spec: Any = self.spec
        for name, scheme in SECURITY_SCHEMES.items():
            spec.components.security_scheme(name, scheme)
        declare(app, "api-docs.openapi_json", Guard.OPEN)

    def _register_pagination_header(self) -> None:
        """Nothing here comes in pages, so the document does not speak of them."""

    def add(self, endpoints: Endpoints) -> None:
        """Route the endpoints, and have them described in the document."""
        self.register_blueprint(endpoints)  # type: ignore[no-untyped-call]

    def describe_later(self, describe: Callable[[], None]) -> None:
        self._undescribed.append(describe)

    def _openapi_json(self) -> Response:
        with self._describing:
            while self._undescribed:
                self._undescribed[0]()
                self._undescribed.popleft()  # only now: rather no document than one with operations missing
        response: Response = super()._openapi_json()  # type: ignore[no-untyped-call]
        return response
