"""Reads a JSON body safely: its type, its size, its spelling, and every fault of its fields at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import structlog
from flask import Request, g
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from app.domain.answers import Result
from app.domain.errors import RefusedError

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
"""Bytes a request body may have; no more are read."""


class JsonParser(FlaskParser):
    """The parser behind every documented argument; refuses with RefusedError instead of aborting."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - as the base class has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,  # as each schema says
    }

    def load_json(self, req: Request, schema: Schema) -> Any:
        return document_of(req)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        if isinstance(error.valid_data, dict):
            g.action = error.valid_data.get("action")
        raise RefusedError(Result.INVALID, fields=_reasons(error)) from None


def document_of(request: Request) -> dict[str, Any]:
    """The JSON object in its body, which is read when it is asked for first. Raises RefusedError, then each time.

    It stays in `g` for as long as the request: as `document`, where a refusal looks for its agent, and as the `body`
    that came, which a caller may have signed.
    """
    if "unreadable" in g:
        raise g.unreadable
    if "document" not in g:
        try:
            g.body = _read_json_body(request)
            g.document = _parse_object(g.body)
        except RefusedError as refused:
            g.unreadable = refused
            raise
    document: dict[str, Any] = g.document
    return document


def _read_json_body(request: Request) -> bytes:
    if not request.is_json or request.content_encoding not in {None, "", "identity"}:
        raise RefusedError(Result.NOT_JSON)
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise RefusedError(Result.NOT_JSON)
    return read_body(request, at_most=MAX_BODY)


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError(Result.INVALID, fields={"body": "must be valid JSON"}) from None
    if not isinstance(document, dict):
        raise RefusedError(Result.INVALID, fields={"body": "must be a JSON object"})
    return document


def read_body(request: Request, *, at_most: int) -> bytes:
    """The body as it came, up to `at_most` bytes. Raises RefusedError."""
    if (request.content_length or 0) > at_most:
        raise RefusedError(Result.TOO_LARGE)
    request.max_content_length = at_most + 1  # Werkzeug cuts a chunked body off there without a word
    try:
        body = request.get_data(cache=False)
    except Exception as fault:  # each server has its own errors for a body that breaks off or is wrongly chunked
        log.warning("body_was_not_received", error=type(fault).__name__)
        raise RefusedError(Result.INVALID, fields={"body": "did not arrive whole"}) from fault
    if len(body) > at_most:
        raise RefusedError(Result.TOO_LARGE)
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")  # which one is meant is anybody's guess
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _reasons(error: ValidationError) -> dict[str, str]:
    """Field to reason; webargs puts the place (json, query) around the fields."""
    places: Any = error.messages
    return {name: _first_reason(faults) for fields in places.values() for name, faults in fields.items()}


def _first_reason(faults: Any) -> str:
    """Of a list's or a dictionary's elements: the answer has one reason for each field."""
    while not isinstance(faults, str):
        faults = next(iter(faults.values() if isinstance(faults, dict) else faults))
    return faults
