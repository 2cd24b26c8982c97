"""Who may use the desk, for admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.place import Place
from app.admin.roles import current, for_role
from app.admin.words import counted
from app.container.desk import DeskCases
from app.domain.errors import ConflictError, RefusedError
from app.domain.operators import Operator, Role
from app.services.named import refused
from app.services.operator_accounts import Invitation

USUAL = {"name": "", "role": Role.OPERATOR.value}
"""What the form that adds one says, as long as nobody says otherwise."""


def operator_pages(cases: DeskCases, place: Place) -> Blueprint:
    pages = Blueprint("operators", __name__, url_prefix="/operators")

    @pages.get("")
    @for_role(Role.ADMIN)
    def list_all() -> str:
        return _show(cases)

    @pages.post("")
    @for_role(Role.ADMIN)
    def add() -> str | tuple[str, int]:
        try:
            invitation = cases.staff.add(request.form.get("name", ""), _role(), actor=current().actor)
        except RefusedError as error:
            return _show(cases, said=" ".join(error.fields.values()), given=request.form), 400
        except ConflictError as error:
            return _show(cases, said=str(error), given=request.form), 409
        return _show(cases, invitation=invitation, place=place)

    _add_changes(pages, cases, place)
    return pages


def _add_changes(pages: Blueprint, cases: DeskCases, place: Place) -> None:
    """Their paths take names with a slash, as identity providers have them."""

    @pages.post("/<path:name>/link")
    @for_role(Role.ADMIN)
    def invite(name: str) -> str:
        return _show(cases, invitation=cases.staff.invite(name, actor=current().actor), place=place)

    @pages.post("/<path:name>")
    @for_role(Role.ADMIN)
    def change(name: str) -> Response:
        disabled = {"disable": True, "enable": False}.get(request.form.get("may", ""))
        role = _role() if "role" in request.form else None
        after = cases.staff.change(name, role=role, disabled=disabled, actor=current().actor)
        if role:
            flash(f"The role of {after.name} is {after.role} now.")
        if disabled is not None:
            flash(f"{after.name} {'is disabled, and signed out everywhere' if disabled else 'may sign in again'}.")
        return redirect(url_for(".list_all"), 303)

    @pages.post("/<path:name>/sign-out")
    @for_role(Role.ADMIN)
    def sign_out(name: str) -> Response:
        ended = cases.staff.sign_out_everywhere(name, actor=current().actor)
        flash(f"{name} is signed out everywhere ({counted(ended, 'session')}).")
        return redirect(url_for(".list_all"), 303)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise refused("role", f"It must be one of {', '.join(Role)}.") from None


def _show(
    cases: DeskCases,
    *,
    said: str = "",
    given: Mapping[str, str] = USUAL,
    invitation: Invitation | None = None,
    place: Place | None = None,
) -> str:
    link = ""
    if invitation is not None and place is not None:
        link = place.public_url + url_for("sign_in.welcome", token=invitation.token)
    return render_template(
        "operators.html",
        operators=[_row(operator) for operator in cases.staff.list_all()],
        roles=[role.value for role in Role],
        form={name: given.get(name, "") for name in USUAL},
        said=said,
        link=link,
        invited=invitation.operator.name if invitation else "",
        expires_at=invitation.expires_at if invitation else None,
    )


def _row(operator: Operator) -> dict[str, Any]:
    state, tone = ("active", "good") if operator.password_hash else ("no password yet", "")
    if operator.disabled_at:
        state, tone = "disabled", "bad"
    return {
        "name": operator.name,
        "is_you": operator.id == current().operator.id,
        "role": operator.role.value,
        "signed_in_at": operator.signed_in_at,
        "disabled": operator.disabled_at is not None,
        "state": state,
        "tone": tone,
    }
