"""The list of jobs: tabs by state, filters, a search box, pages in both directions, and the way out as a file."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from app.admin.job_files import FORMS
from app.admin.job_filter import read_filter
from app.admin.job_list import list_page, list_url
from app.admin.pages.job import add_job_page
from app.admin.persons import sees_persons
from app.admin.place import Place
from app.admin.roles import current, for_role
from app.container.desk import DeskCases
from app.domain.errors import RefusedError
from app.domain.operators import Role
from app.services.named import refused


def job_pages(cases: DeskCases, place: Place) -> Blueprint:
    pages = Blueprint("jobs", __name__, url_prefix="/jobs")

    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str | Redirect:
        if not all(request.args.values()):  # fields of the form that were left as they were
            return redirect(list_url(request.args.to_dict()), 303)
        return _show(cases)

    @pages.post("/search")
    @for_role(Role.VIEWER)
    def search() -> Redirect | tuple[str, int]:
        text = request.form.get("search", "")
        try:
            found = cases.jobs.find(text)
        except RefusedError as error:
            return _show(cases, said=" ".join(error.fields.values()), typed=text), 400
        if found.job_id:
            return redirect(url_for(".show", job_id=found.job_id), 303)
        meant = {"appointment": found.appointment_id, "call": found.call_session_id, "who": found.who}
        return redirect(list_url(meant), 303)

    @pages.post("/export")
    @for_role(Role.OPERATOR)
    def export() -> Response:
        form = request.form.get("form", "")
        if form not in FORMS:
            raise refused("form", f"It must be one of {', '.join(FORMS)}.")
        now = cases.jobs.clock()
        asked = read_filter(request.args, now)
        jobs = cases.jobs.export(asked.wanted, who=asked.who, form=form, actor=current().actor)
        kind, write = FORMS[form]
        attached = {"Content-Disposition": f'attachment; filename="jobs-{now:%Y-%m-%d}.{form}"'}
        return Response(write(jobs), mimetype=kind, headers=attached)

    add_job_page(pages, cases, place)
    return pages


def _show(cases: DeskCases, *, said: str = "", typed: str = "") -> str:
    asked = read_filter(request.args, cases.jobs.clock())
    found = cases.jobs.search(asked.wanted, asked.part, asked.who)
    page = list_page(asked, found, plain=sees_persons())
    return render_template("jobs.html", **page, said=said, typed=typed, here=list_url(request.args.to_dict()))
