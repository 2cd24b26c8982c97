"""The first page: what needs a person now, and how everything goes."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.admin.overview_rows import page_of
from app.admin.place import Place
from app.admin.roles import for_role
from app.container.desk import DeskCases
from app.domain.operators import Role
from app.services.read_flow import HOUR, WINDOWS

LABELS = {"hour": "Last hour", "day": "Last day", "days": "Last three days"}


def overview_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("overview", __name__)

    @pages.get("/")
    @for_role(Role.VIEWER)
    def show() -> str:
        window = WINDOWS.get(request.args.get("window", ""), HOUR)
        page = page_of(cases.overview(window))
        return render_template("overview.html", window=window.name, labels=LABELS, **page)

    return pages
