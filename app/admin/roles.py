"""Who may see which page and press which button. Every route says so; one that does not stops the start."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, g, request, session

from app.admin.refusals import ForgedFormError, NotAllowedError, SignedOutError
from app.domain.errors import NotAuthenticatedError
from app.domain.operators import Role, new_token
from app.services.desk_sessions import SignedIn

View = TypeVar("View", bound=Callable[..., Any])

FIELD = "csrf"
"""The form field that proves that the form is ours: it holds what only our own pages of this browser were told."""


class UndeclaredRoleError(LookupError):
    """A route was added that does not say who may use it."""


def for_role(role: Role) -> Callable[[View], View]:
    """The view is for operators of this role, or of one that may more."""
    return _declare(role)


def for_anyone(view: View) -> View:
    """The view is for who is not signed in, too."""
    return _declare(None)(view)


def enforce_roles(app: Flask, check_session: Callable[[str], SignedIn], cookie: str, public_url: str) -> None:
    """Check each request before its view is called. Call it when all routes are there: raises UndeclaredRoleError."""
    for rule in app.url_map.iter_rules():
        role_of(app, rule.endpoint)

    @app.before_request
    def check() -> None:
        try:
            g.signed_in = check_session(request.cookies.get(cookie, ""))
        except NotAuthenticatedError:
            g.signed_in = None
        if request.endpoint is None:  # there is no such page
            return
        role = role_of(app, request.endpoint)
        if role is not None and g.signed_in is None:
            raise SignedOutError
        if role is not None and not g.signed_in.operator.role.covers(role):
            raise NotAllowedError(role)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            _check_form(public_url)


def role_of(app: Flask, endpoint: str) -> Role | None:
    """The role a view is for; None: anyone. Raises UndeclaredRoleError."""
    view = app.view_functions[endpoint]
    if not hasattr(view, "role"):
        raise UndeclaredRoleError(f"{endpoint} does not say who may use it")
    role = view.role
    assert role is None or isinstance(role, Role)  # noqa: S101 - `_declare` put it there
    return role


def current() -> SignedIn:
    """Who asks. Only for views that are for a role."""
    signed_in = g.signed_in
    assert isinstance(signed_in, SignedIn)  # noqa: S101 - `enforce_roles` put it there
    return signed_in


def form_token() -> str:
    """What a form of this browser must send back: of its session or, before there is one, of its visit."""
    signed_in = g.get("signed_in")
    if signed_in is not None:
        return str(signed_in.session.csrf)
    if FIELD not in session:
        session[FIELD] = new_token()
    return str(session[FIELD])


def _check_form(public_url: str) -> None:
    """Two proofs that do not depend on each other: what browsers say of a form's origin, and a token of our own."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in (public_url, request.host_url)}
    if site not in {"same-origin", "none"} or (origin is not None and origin not in ours):
        raise ForgedFormError
    if not hmac.compare_digest(request.form.get(FIELD, "").encode(), form_token().encode()):
        raise ForgedFormError


def _declare(role: Role | None) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.role = role  # type: ignore[attr-defined]
        return view

    return declare
