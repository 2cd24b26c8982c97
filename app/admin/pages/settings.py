"""The settings as this process has them, and how the parts are that it stands on."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.admin.place import Place
from app.admin.roles import for_role
from app.admin.setup_facts import finding_row
from app.container.desk import DeskCases
from app.container.setup import SetupCases
from app.domain.operators import Role


def setting_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("settings", __name__, url_prefix="/settings")
    setup = cases.setup

    @pages.get("")
    @for_role(Role.ADMIN)
    def show() -> str:
        return _show(setup)

    @pages.post("/test")
    @for_role(Role.ADMIN)
    def test() -> str:
        return _show(setup, tested=True)

    return pages


def _show(setup: SetupCases, *, tested: bool = False) -> str:
    findings = setup.judge_parts() if tested else []
    return render_template(
        "settings.html", settings=setup.settings, tested=tested, findings=[finding_row(each) for each in findings]
    )
