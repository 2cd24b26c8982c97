"""Who may call which route. Every route declares its guard; one that does not is never reached."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from flask import Flask, g, request

from app.domain.api_keys import ApiKey, Scope
from app.domain.errors import ForbiddenError, NotAuthenticatedError

View = TypeVar("View", bound=Callable[..., Any])

HEADER = "X-Api-Key"

CHALLENGE = f'ApiKey realm="Ringbook", header="{HEADER}"'
"""For WWW-Authenticate, which RFC 9110 (15.5.2) wants with every 401. No scheme is registered for keys in a header of
their own; one that is not known makes no browser ask its user for a password."""


class Guard(StrEnum):
    OPEN = "open"  # anyone: the contract wants no key here, or there is nothing to guard
    API_KEY = "api_key"  # X-Api-Key of one organization, or an admin's
    ADMIN_KEY = "admin_key"  # X-Api-Key of an admin
    SIGNATURE = "signature"  # the view itself checks a signature over the raw body

    @property
    def wants_key(self) -> bool:
        return self in {Guard.API_KEY, Guard.ADMIN_KEY}


class UndeclaredGuardError(LookupError):
    """A route was added that does not say who may call it."""


def guarded(guard: Guard) -> Callable[[View], View]:
    """Declares the guard of a view; outermost, nearest to the route. `current_scope()` tells the view what is open."""

    def declare(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return declare


def declare(app: Flask, endpoint: str, guard: Guard) -> None:
    """The same for a view that is not our own."""
    app.view_functions[endpoint] = guarded(guard)(partial(app.view_functions[endpoint]))


def guard_of(app: Flask, endpoint: str) -> Guard:
    """Raises UndeclaredGuardError."""
    guard = getattr(app.view_functions[endpoint], "guard", None)
    if not isinstance(guard, Guard):
        raise UndeclaredGuardError(f"{endpoint} does not declare its guard")
    return guard


def enforce_guards(app: Flask, check_api_key: Callable[[str], ApiKey]) -> None:
    """Check the key of each request to a route that wants one, before anything of the request is read.

    Call it when all routes are there: raises UndeclaredGuardError.
    """
    for rule in app.url_map.iter_rules():
        guard_of(app, rule.endpoint)

    @app.before_request
    def check() -> None:
        if request.endpoint is None or request.method == "OPTIONS":
            return
        guard = guard_of(app, request.endpoint)
        g.wants_key = guard.wants_key
        if guard.wants_key:
            g.api_key = check_api_key(_given_key())
        if guard is Guard.ADMIN_KEY and not g.api_key.scope.is_admin:
            raise ForbiddenError


def current_scope() -> Scope:
    """What the key of this request opens. Only for views behind a key: anywhere else there is none."""
    return _current_key().scope


def current_actor() -> str:
    """Who asks, for the record: the key by its id, which opens nothing. Only for views behind a key."""
    return f"apikey:{_current_key().id}"


def _current_key() -> ApiKey:
    api_key = g.api_key
    assert isinstance(api_key, ApiKey)  # noqa: S101 - `enforce_guards` put it there
    return api_key


def is_behind_key() -> bool:
    """Whether this request is for a route that wants a key: a program reads the answer, nobody speaks it."""
    return bool(g.get("wants_key"))


def _given_key() -> str:
    given = request.headers.getlist(HEADER)
    if len(given) != 1:
        raise NotAuthenticatedError
    return given[0].strip()
