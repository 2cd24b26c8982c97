"""The one table from what became of a request to its HTTP status and error code, and answers made by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from app.api.bodies import Body, job_url, outcome, refusal
from app.domain.answers import Answer, Result


class Row(NamedTuple):
    """`code` is the machine code of a refusal, None where the answer is an outcome and not an error."""

    status: int
    code: str | None = None


RESULTS: Mapping[Result, Row] = {
    Result.BOOKED: Row(200),
    Result.REQUESTED: Row(200),
    Result.CANCELLED: Row(200),
    Result.OPENINGS: Row(200),
    Result.NO_OPENINGS: Row(200),
    Result.LISTED: Row(200),
    Result.NONE_LISTED: Row(200),
    Result.CONFIRMING: Row(202),
    Result.SLOT_TAKEN: Row(422, "SLOT_UNAVAILABLE"),
    Result.SLOT_NOT_OFFERED: Row(422, "SLOT_UNAVAILABLE"),
    Result.SLOT_PAST: Row(422, "SLOT_UNAVAILABLE"),
    Result.LIMIT_REACHED: Row(422, "SLOT_UNAVAILABLE"),
    Result.INVALID: Row(400, "INVALID_REQUEST"),
    Result.TIME_SKIPPED: Row(400, "INVALID_REQUEST"),
    Result.TIME_PAST: Row(400, "INVALID_REQUEST"),
    Result.EMAIL_NEEDED: Row(400, "INVALID_REQUEST"),
    Result.PHONE_NEEDED: Row(400, "INVALID_REQUEST"),
    Result.TOO_LARGE: Row(413, "PAYLOAD_TOO_LARGE"),
    Result.NOT_JSON: Row(415, "UNSUPPORTED_MEDIA_TYPE"),
    Result.NOT_CONNECTED: Row(400, "NOT_CONNECTED"),
    Result.NOT_BOOKABLE: Row(409, "CONFLICT"),
    Result.FORBIDDEN: Row(403, "FORBIDDEN"),
    Result.NOT_VERIFIED: Row(403, "FORBIDDEN"),
    Result.UNKNOWN_APPOINTMENT: Row(404, "NOT_FOUND"),
    Result.ALREADY_CANCELLED: Row(409, "CONFLICT"),
    Result.ALREADY_OVER: Row(409, "CONFLICT"),
    Result.NOT_CANCELLABLE: Row(409, "CONFLICT"),
    Result.PERSON_LIMIT: Row(409, "CONFLICT"),
    Result.KEY_REUSED: Row(409, "CONFLICT"),
    Result.UNKNOWN_JOB: Row(404, "NOT_FOUND"),
    Result.RATE_LIMITED: Row(429, "RATE_LIMITED"),
    Result.OVERLOADED: Row(503, "OVERLOADED"),
    Result.UPSTREAM_REFUSED: Row(502, "BAD_GATEWAY"),
    Result.UPSTREAM_DOWN: Row(502, "BAD_GATEWAY"),
    Result.UPSTREAM_KEY: Row(502, "BAD_GATEWAY"),
    Result.OUTCOME_UNKNOWN: Row(502, "BAD_GATEWAY"),
    Result.DISCARDED: Row(409, "CONFLICT"),
    Result.INTERNAL: Row(500, "INTERNAL_ERROR"),
    Result.NO_ROUTE: Row(404, "NOT_FOUND"),
    Result.NO_METHOD: Row(405, "METHOD_NOT_ALLOWED"),
}

RETRY_AFTER = {202: 2, 429: 30, 503: 5}
"""Seconds asked for where the answer itself names none; no other status carries Retry-After unasked."""


class Rendered(NamedTuple):
    """An answer as HTTP says it; `headers` holds only those that depend on the answer. Not to be changed."""

    status: int
    body: Body
    headers: dict[str, str]


def render(answer: Answer, now: datetime, public_url: str) -> Rendered:
    """Put an answer into the contract's words. `now` (UTC) decides what "today" is, `public_url` where jobs are read.

    The status is the plain one: whoever sends it decides whether the caller wants 200 at all times.
    """
    if answer.result is Result.OPENINGS:
        return _render_openings(answer, now.replace(second=0, microsecond=0), public_url)
    return _render(answer, now, public_url)


def _render(answer: Answer, now: datetime, public_url: str) -> Rendered:
    row = RESULTS[answer.result]
    if row.code is None:
        body = outcome(answer, now, public_url, success=row.status == 200)
    else:
        body = refusal(answer, now, row.code)
    return Rendered(row.status, body, _headers(answer, row.status, public_url))


_render_openings = lru_cache(maxsize=512)(_render)
"""Kept for a minute, as many ask for the same times: to write a week of them takes longer than to find them. Nobody is
named in them, and no day begins within a minute."""


def _headers(answer: Answer, status: int, public_url: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    seconds = answer.retry_after if answer.retry_after is not None else RETRY_AFTER.get(status)
    if seconds is not None:
        headers["Retry-After"] = str(max(1, seconds))
    if answer.result is Result.CONFIRMING:
        headers["Location"] = job_url(public_url, answer.job_id)
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return headers
