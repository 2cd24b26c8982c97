"""Signing in and out, and setting a password by a link."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.admin.place import Place
from app.admin.roles import current, for_anyone, for_role
from app.admin.words import counted
from app.container.desk import DeskCases
from app.domain.errors import RefusedError, SignInRefusedError
from app.domain.operators import LONGEST, SHORTEST_PASSWORD, Role, token_hash
from app.services.sign_in import NewSession, Visitor

WRONG = "That name and password do not fit."
VISIT = "provider_visit"


def sign_in_pages(cases: DeskCases, place: Place) -> Blueprint:
    pages = Blueprint("sign_in", __name__)
    visit = _visitor_of(place)

    @pages.get("/sign-in")
    @for_anyone
    def form() -> str:
        return _show_form(cases)

    @pages.post("/sign-in")
    @for_anyone
    def enter() -> Response | tuple[str, int]:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        try:
            begun = cases.sign_in(name, password, visit())
        except SignInRefusedError as refused:
            said = f"Too many tries. Wait {refused.wait} seconds." if refused.wait else WRONG
            return _show_form(cases, said=said, name=name), 429 if refused.wait else 401
        return _let_in(begun, place, request.form.get("next", ""))

    _add_sessions(pages, cases, place)
    _add_provider(pages, cases, place, visit)
    _add_welcome(pages, cases)
    return pages


def _add_sessions(pages: Blueprint, cases: DeskCases, place: Place) -> None:
    @pages.post("/sign-out")
    @for_role(Role.VIEWER)
    def leave() -> Response:
        cases.sign_out(current())
        return _let_out(place, "You are signed out.")

    @pages.post("/sign-out-everywhere")
    @for_role(Role.VIEWER)
    def leave_everywhere() -> Response:
        ended = cases.staff.sign_out_everywhere(current().operator.name, actor=current().actor)
        return _let_out(place, f"You are signed out everywhere ({counted(ended, 'session')}).")

    @pages.get("/sessions")
    @for_role(Role.VIEWER)
    def sessions() -> str:
        own = current()
        rows = [
            {
                "here": each.id == own.session.id,
                "address": each.address,
                "browser": each.browser,
                "created_at": each.created_at,
                "seen_at": each.seen_at,
            }
            for each in cases.staff.list_all.sessions_of(own.operator.id)
        ]
        return render_template("sessions.html", sessions=rows)


def _add_provider(pages: Blueprint, cases: DeskCases, place: Place, visit: Callable[[], Visitor]) -> None:
    """Signing in at the identity provider, where one is set.

    It sends back to the address that was registered there, whatever the request calls us.
    """

    def return_url() -> str:
        return place.public_url + url_for("sign_in.provided")

    @pages.post("/provider")
    @for_anyone
    def provider() -> Response | str | tuple[str, int]:
        if cases.provider is None:
            return redirect(url_for(".form"), 303)
        name = cases.provider.name
        try:
            begun = cases.provider.begin(return_url())
        except SignInRefusedError:
            return _show_form(cases, said=f"{name} does not answer just now. Try again in a moment."), 502
        session[VISIT] = {**begun.kept, "next": request.form.get("next", "")}
        # A page that goes on by itself: what a form is answered with may not lead to other sites (form-action 'self').
        return render_template("provider.html", provider=name, url=begun.url)

    @pages.get("/provider")
    @for_anyone
    def provided() -> Response | tuple[str, int]:
        kept = session.pop(VISIT, None)
        if cases.provider is None or not kept:
            return redirect(url_for(".form"), 303)
        try:
            email = cases.provider.finish(request.url, return_url(), kept)
            begun = cases.sign_in_by_provider(email, visit())
        except SignInRefusedError:
            said = f"{cases.provider.name} did not vouch for anybody who may use this desk."
            return _show_form(cases, said=said), 401
        return _let_in(begun, place, kept["next"])


def _add_welcome(pages: Blueprint, cases: DeskCases) -> None:
    @pages.get("/welcome/<token>")
    @for_anyone
    def welcome(token: str) -> str:
        return _show_welcome(cases, token)

    @pages.post("/welcome/<token>")
    @for_anyone
    def set_password(token: str) -> Response | tuple[str, int]:
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            return _show_welcome(cases, token, said="The two are not the same."), 400
        try:
            operator = cases.set_password(token, password)
        except RefusedError as refused:
            return _show_welcome(cases, token, said=refused.fields.get("password", "")), 400
        flash(f"The password of {operator.name} is set. Sign in with it.")
        return redirect(url_for(".form"), 303)


def _show_form(cases: DeskCases, *, said: str = "", name: str = "") -> str:
    wanted = request.values.get("next", "")
    provider = cases.provider.name if cases.provider else ""
    return render_template("sign_in.html", said=said, name=name, next=wanted, provider=provider)


def _show_welcome(cases: DeskCases, token: str, *, said: str = "") -> str:
    operator = cases.set_password.whose(token)
    return render_template(
        "welcome.html", name=operator.name, role=operator.role.value, said=said, shortest=SHORTEST_PASSWORD
    )


def _visitor_of(place: Place) -> Callable[[], Visitor]:
    def visitor() -> Visitor:
        address = place.proxies.client_of(request.remote_addr or "", request.headers.getlist("X-Forwarded-For"))
        token = request.cookies.get(place.cookie, "")
        browser = request.headers.get("User-Agent", "")
        return Visitor(address=address, browser=browser, session_id=token_hash(token) if token else "")

    return visitor


def _let_in(begun: NewSession, place: Place, wanted: str) -> Response:
    response = redirect(_inside(wanted), 303)
    response.set_cookie(
        place.cookie,
        begun.token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=place.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _let_out(place: Place, said: str) -> Response:
    session.clear()
    flash(said)
    response = redirect(url_for("sign_in.form"), 303)
    response.delete_cookie(place.cookie, path="/", secure=place.is_https, httponly=True, samesite="Lax")
    return response


def _inside(wanted: str) -> str:
    """Where to go on: a path of the desk itself, whatever a link to the sign-in page said."""
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return f"{request.script_root}{wanted}" if is_ours else url_for("overview.show")
