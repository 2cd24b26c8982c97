"""What the desk refuses, and the one table from errors to pages: what happened, and that nothing was done."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

import structlog
from flask import Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import BadHost, HTTPException
from werkzeug.wrappers import Response

from app.admin.links import to_last_page
from app.domain.errors import CalendarError, ConflictError, RefusedError, StoreUnavailableError, UnknownNameError
from app.domain.operators import Role

log = structlog.get_logger(__name__)


class SignedOutError(Exception):
    """Nobody is signed in, or not any more."""


class NotAllowedError(Exception):
    """The operator's role does not reach that far; `role` would."""

    def __init__(self, role: Role) -> None:
        super().__init__(role.value)
        self.role = role


class ForgedFormError(Exception):
    """The form is not one of ours, or of a session that is over."""


class Refusal(NamedTuple):
    status: int
    title: str
    text: str


def _refused(error: RefusedError) -> Refusal:
    reasons = " ".join(f"{field}: {reason}" for field, reason in error.fields.items())
    return Refusal(400, "This cannot be taken", f"{reasons or error.result.value} Nothing was done.")


def _http(error: HTTPException) -> Refusal:
    code = error.code or 500
    return Refusal(code, HTTPStatus(code).phrase, error.description or "")


PAGES: dict[type[Exception], Callable[[Any], Refusal]] = {
    SignedOutError: lambda _: Refusal(401, "You are signed out", "Nothing was done. Sign in, then do it again."),
    NotAllowedError: lambda error: Refusal(
        403, "Not with your role", f"This takes the role {error.role}. Nothing was done."
    ),
    ForgedFormError: lambda _: Refusal(
        403, "This form is out of date", "Nothing was done. Go back, load the page anew and try again."
    ),
    ConflictError: lambda error: Refusal(409, "Not as things are", f"{error} Nothing was done."),
    UnknownNameError: lambda error: Refusal(404, "Not found", str(error)),
    RefusedError: _refused,
    CalendarError: lambda _: Refusal(502, "Cal.com does not answer", "Nothing was done. Try again in a moment."),
    StoreUnavailableError: lambda _: Refusal(
        503, "The database does not answer", "Nothing was done. Try again in a moment."
    ),
    HTTPException: _http,
    Exception: lambda _: Refusal(
        500, "Something went wrong here", "It was noted. What you asked for may or may not have been done: look."
    ),
}
"""Flask takes the nearest class of an error."""


def register_refusals(app: Flask, public_url: str) -> None:
    for kind, describe in PAGES.items():
        app.register_error_handler(kind, _handler(describe))

    @app.errorhandler(BadHost)
    def bad_host(_error: BadHost) -> tuple[str, int]:
        return render_template("bad_host.html", desk_url=f"{public_url}{request.script_root}/"), 400


def _handler(describe: Callable[[Any], Refusal]) -> Callable[[Any], Response]:
    def handle(error: Exception) -> Response:
        if isinstance(error, SignedOutError) and request.method == "GET":
            return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")), 303)
        refusal = describe(error)
        if refusal.status >= 500:
            log.error("desk_failed", error=type(error).__name__, exc_info=error)
        page = render_template("refusal.html", title=refusal.title, text=refusal.text, back=to_last_page())
        return Response(page, refusal.status, mimetype="text/html")

    return handle
