"""Who may use the desk, for admins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.place import Place
from app.admin.roles import current, for_role
from app.container.desk import DeskCases
from app.domain.errors import RefusedError
from app.domain.operators import Operator, Role
from app.services.named import refused
from app.services.operator_accounts import Invitation


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
            return _show(cases, said=" ".join(error.fields.values())), 400
        return _show(cases, invitation=invitation, place=place)

    @pages.post("/<name>/link")
    @for_role(Role.ADMIN)
    def invite(name: str) -> str:
        return _show(cases, invitation=cases.staff.invite(name, actor=current().actor), place=place)

    @pages.post("/<name>")
    @for_role(Role.ADMIN)
    def change(name: str) -> Response:
        disabled = {"disable": True, "enable": False}.get(request.form.get("may", ""))
        role = _role() if "role" in request.form else None
        after = cases.staff.change(name, role=role, disabled=disabled, actor=current().actor)
        flash(f"{after.name} is {'disabled' if after.disabled_at else after.role.value} now.")
        return redirect(url_for(".list_all"), 303)

    @pages.post("/<name>/sign-out")
    @for_role(Role.ADMIN)
    def sign_out(name: str) -> Response:
        ended = cases.staff.sign_out_everywhere(name, actor=current().actor)
        flash(f"{name} is signed out everywhere ({ended} sessions).")
        return redirect(url_for(".list_all"), 303)

    return pages


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise refused("role", f"It must be one of {', '.join(Role)}.") from None


def _show(cases: DeskCases, *, said: str = "", invitation: Invitation | None = None, place: Place | None = None) -> str:
    link = ""
    if invitation is not None and place is not None:
        link = place.public_url + url_for("sign_in.welcome", token=invitation.token)
    return render_template(
        "operators.html",
        operators=[_row(operator) for operator in cases.staff.list_all()],
        roles=[role.value for role in Role],
        said=said,
        link=link,
        invited=invitation.operator.name if invitation else "",
        expires_at=invitation.expires_at if invitation else None,
    )


def _row(operator: Operator) -> dict[str, Any]:
    return {
        "name": operator.name,
        "role": operator.role.value,
        "created_at": operator.created_at,
        "signed_in_at": operator.signed_in_at,
        "disabled": operator.disabled_at is not None,
        "has_password": bool(operator.password_hash),
    }
