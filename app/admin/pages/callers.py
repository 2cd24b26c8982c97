"""Callers to call back: who was told "still confirming", and then it failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.links import to_job, to_mending
from app.admin.masks import person, sees_people
from app.admin.paging import PAGE, place_text, read_place
from app.admin.place import Place
from app.admin.reasons import why_failed
from app.admin.roles import current, for_role
from app.container.callbacks import CallbackCases
from app.container.desk import DeskCases
from app.domain.appointments import Cancel
from app.domain.callbacks import CallbackFilter, ListedCallback
from app.domain.errors import CalendarError, NotConnectedError, PostponedError
from app.domain.operators import Role
from app.services.named import refused
from app.services.read_callbacks import MOST, CallbackPage

TABS = {"open": "Open", "mine": "Claimed by me", "done": "Closed"}
KEPT = ("tab", "org", "after")
"""What of a list's address its forms bring back to it."""


def caller_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("callers", __name__, url_prefix="/callers")
    callers = cases.callbacks

    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str:
        return _show(callers)

    @pages.post("/<job_id>/claim")
    @for_role(Role.OPERATOR)
    def claim(job_id: str) -> Response:
        callers.claim_callback(job_id, current().operator)
        flash("The call is yours. Say so here when it is done.")
        return _back(job_id)

    @pages.post("/<job_id>/release")
    @for_role(Role.OPERATOR)
    def release(job_id: str) -> Response:
        callers.release_callback(job_id, current().operator)
        flash("Anybody may take the call now.")
        return _back(job_id)

    @pages.post("/<job_id>/done")
    @for_role(Role.OPERATOR)
    def done(job_id: str) -> Response:
        callers.finish_callback(job_id, current().operator, note=request.form.get("note", ""))
        flash("The call is done.")
        return _back()

    return pages


def _show(callers: CallbackCases) -> str:
    tab, org_id = request.args.get("tab", "open"), request.args.get("org", "")
    if tab not in TABS:
        raise refused("tab", f"It must be one of {', '.join(TABS)}.")
    mine = current().operator.name if tab == "mine" else ""
    after = read_place(request.args.get("after", ""))
    page = callers.list_callbacks(
        CallbackFilter(closed=tab == "done", claimed_by=mine, org_id=org_id, limit=PAGE, after=after)
    )
    asked = request.args.get("openings", "")
    found = _openings(callers, asked) if asked else {}
    return render_template(
        "callers.html",
        tabs=TABS,
        tab=tab,
        org_id=org_id,
        open_count=callers.count_callbacks(),
        most=MOST,
        rows=[_row(row, page) | (found if row.job.id == asked else {}) for row in page.rows],
        here={name: request.args[name] for name in KEPT if request.args.get(name)},
        next_after=place_text(page.next_after),
        may_act=sees_people(current().operator),
    )


def _openings(callers: CallbackCases, job_id: str) -> dict[str, Any]:
    """For one row, asked from Cal.com at this moment; `fault` says why there are none to show."""
    try:
        return {"openings": callers.find_alternatives(job_id), "fault": ""}
    except PostponedError as postponed:
        return {
            "openings": (),
            "fault": f"Cal.com is asked enough now. Try again in {postponed.wait:.0f} seconds.",
        }
    except CalendarError:
        return {"openings": (), "fault": "Cal.com does not answer just now. Try again in a moment."}
    except NotConnectedError as error:
        return {"openings": (), "fault": str(error)}


def _row(listed: ListedCallback, page: CallbackPage) -> dict[str, Any]:
    callback, job = listed.callback, listed.job
    agent, organization = page.agents.get(job.agent_id), page.organizations.get(job.org_id)
    return {
        "job_id": job.id,
        "org_id": job.org_id,
        "person": person(listed.attendee, current().operator),
        "action": job.action.value,
        "agent": agent.name if agent else "",
        "organization": organization.name if organization else job.org_id,
        "wanted_at": _wanted(listed),
        "zone": job.zone,
        "why": why_failed(job),
        "under_way": not job.status.is_final,
        "told_at": job.told_pending_at,
        "failed_at": callback.created_at,
        "heard_at": callback.heard_at,
        "claimed_by": callback.claimed_by,
        "claimed_at": callback.claimed_at,
        "is_mine": callback.claimed_by == current().operator.name,
        "closed_at": callback.closed_at,
        "ending": callback.ending.value if callback.ending else "",
        "closed_by": callback.closed_by,
        "settled_by": callback.settled_by,
        "settled_link": to_job(callback.settled_by) if callback.settled_by else "",
        "note": callback.note if sees_people(current().operator) else "",
        "job_link": to_job(job.id),
        "mend_link": to_mending(job.id),
    }


def _wanted(listed: ListedCallback) -> datetime | None:
    command = listed.job.command
    return None if isinstance(command, Cancel) else command.starts_at


def _back(job_id: str = "") -> Response:
    """To the list as it was looked at."""
    here: dict[str, Any] = {name: request.form[name] for name in KEPT if request.form.get(name)}
    return redirect(url_for(".list_all", _anchor=job_id or None, **here), 303)
