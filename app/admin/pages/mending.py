"""Mending one job: what a retry would come to, and then retrying, changing or discarding it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.mending_facts import form_facts, job_facts, times_facts, verdict_facts, what_can_be_done
from app.admin.place import Place
from app.admin.roles import current, for_role
from app.admin.wall_times import read_time, wall_text, wall_value
from app.container.desk import DeskCases
from app.container.mending import MendingCases
from app.domain.errors import CalendarError, ConflictError, RefusedError
from app.domain.operators import Role
from app.domain.times import zone_info
from app.services.amend_job import Change
from app.services.find_job_times import JobTimes
from app.services.named import refused

NOTHING_DONE = "Nothing was done."


def mending_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("mending", __name__, url_prefix="/jobs/<job_id>/mend")
    _add_look(pages, cases.mending)
    _add_decisions(pages, cases.mending)
    return pages


def _add_look(pages: Blueprint, cases: MendingCases) -> None:
    @pages.get("")
    @for_role(Role.OPERATOR)
    def show(job_id: str) -> str:
        chosen = read_time(request.args["at"], "UTC", "at") if request.args.get("at") else None
        return _show(cases, job_id, chosen=chosen)


def _add_decisions(pages: Blueprint, cases: MendingCases) -> None:
    @pages.post("/retry")
    @for_role(Role.OPERATOR)
    def retry(job_id: str) -> Response | tuple[str, int]:
        try:
            cases.requeue_job(job_id, actor=current().actor, version=_version())
        except (RefusedError, ConflictError) as error:
            return _refused(cases, job_id, error)
        return _done(job_id, "The job runs again.")

    @pages.post("/change")
    @for_role(Role.OPERATOR)
    def change(job_id: str) -> Response | tuple[str, int]:
        try:
            after = cases.amend_job(
                job_id, _change(), actor=current().actor, reason=request.form.get("reason", ""), version=_version()
            )
        except (RefusedError, ConflictError) as error:
            return _refused(cases, job_id, error, kept=request.form)
        wanted = wall_text(after.starts_at, _zone()) if after.starts_at else ""
        return _done(job_id, f"The job is changed and runs again, for {wanted}.")

    @pages.post("/discard")
    @for_role(Role.OPERATOR)
    def discard(job_id: str) -> Response | tuple[str, int]:
        reason, force = request.form.get("reason", ""), "force" in request.form
        try:
            cases.discard_job(job_id, actor=current().actor, reason=reason, force=force, version=_version())
        except (RefusedError, ConflictError) as error:
            return _refused(cases, job_id, error)
        return _done(job_id, "The job is discarded.")


def _version() -> str:
    """Every form says which state of the job it is about: one that does not is about none."""
    return request.form.get("version") or "none"


def _zone() -> str:
    """In which the form's times are written."""
    zone = request.form.get("zone", "UTC")
    try:
        zone_info(zone)
    except ValueError as fault:
        raise refused("zone", f"It {fault}.") from None
    return zone


def _change() -> Change:
    """What differs from how the form was shown. The time that was shown keeps its exact instant."""
    form = request.form
    zone, typed = _zone(), form.get("time", "")
    starts_at = None
    if typed:
        shown = read_time(form["at"], "UTC", "time") if form.get("at") else None
        is_as_shown = shown is not None and typed[:16] == wall_value(shown, zone)
        starts_at = shown if is_as_shown else read_time(typed, zone, "time")
    return Change(starts_at=starts_at, name=form.get("name"), email=form.get("email"), phone=form.get("phone"))


def _done(job_id: str, said: str) -> Response:
    flash(said)
    return redirect(url_for("mending.show", job_id=job_id), 303)


def _refused(
    cases: MendingCases, job_id: str, error: RefusedError | ConflictError, *, kept: Any = None
) -> tuple[str, int]:
    """The page as the job is now, with what is wrong, and what was typed still there."""
    if isinstance(error, ConflictError):
        return _show(cases, job_id, said=f"{error} {NOTHING_DONE}"), 409
    reasons = " ".join(f"{field}: {reason}" for field, reason in error.fields.items()) or error.result.value
    return _show(cases, job_id, said=f"{reasons} {NOTHING_DONE}", kept=kept, others=error.openings), 400


def _show(
    cases: MendingCases,
    job_id: str,
    *,
    said: str = "",
    chosen: datetime | None = None,
    kept: Any = None,
    others: tuple[datetime, ...] = (),
) -> str:
    shown = cases.show_job(job_id)
    told = cases.preflight_job.of(shown.job)
    week, unanswered = _week(cases, job_id)
    form = form_facts(shown.job, told.zone, chosen)
    if kept is not None:
        form |= {name: kept[name] for name in form if name in kept}
    return render_template(
        "mend.html",
        job=job_facts(shown, told.zone),
        verdict=verdict_facts(told),
        may=what_can_be_done(told),
        form=form,
        chosen=wall_text(chosen, told.zone) if chosen else "",
        others=[{"at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "label": wall_text(at, told.zone)} for at in others],
        times=times_facts(told, week),
        unanswered=unanswered,
        said=said,
    )


def _week(cases: MendingCases, job_id: str) -> tuple[JobTimes | None, bool]:
    """The week of free times that was asked for, and whether Cal.com did not tell."""
    wanted = request.args.get("from", "")
    if not wanted:
        return None, False
    try:
        return cases.find_job_times(job_id, read_time(f"{wanted}T00:00", "UTC", "from")), False
    except CalendarError:
        return None, True
