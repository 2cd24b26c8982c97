"""The page of one job."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.admin.job_page import job_page
from app.admin.persons import sees_persons
from app.admin.place import Place
from app.admin.roles import for_role
from app.container.desk import DeskCases
from app.domain.operators import Role


def add_job_page(pages: Blueprint, cases: DeskCases, place: Place) -> None:
    """To the pages about jobs."""

    @pages.get("/<job_id>")
    @for_role(Role.VIEWER)
    def show(job_id: str) -> str:
        found = cases.jobs.inspect(job_id)
        return render_template("job.html", job=job_page(found, plain=sees_persons(), public_url=place.public_url))
