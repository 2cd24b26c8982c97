"""Runs over many jobs: begin one, see what it would do, confirm the number, watch, pause, resume and cancel it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.bulk_facts import about, buttons, item_facts, progress_facts, run_facts
from app.admin.job_filter import read_filter
from app.admin.paging import place_text, read_place
from app.admin.place import Place
from app.admin.roles import current, for_role
from app.admin.words import counted
from app.container.desk import DeskCases
from app.container.mending import MendingCases
from app.domain.bulk import MOST_JOBS, MOST_RATE, USUAL_RATE, BulkAction, BulkRun, ItemState
from app.domain.errors import RefusedError, UnknownNameError
from app.domain.jobs import Status
from app.domain.operators import Role
from app.domain.paging import Place as Spot
from app.services.named import refused

Choice = TypeVar("Choice", bound=StrEnum)

USUAL = {"do": BulkAction.RETRY.value, "rate": str(USUAL_RATE), "reason": ""}
"""What the form says of what to do, as long as nobody says otherwise."""


def bulk_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("bulk", __name__, url_prefix="/bulk")
    _add_lists(pages, cases.mending)
    _add_start(pages, cases.mending)
    _add_decisions(pages, cases.mending)
    return pages


def _add_lists(pages: Blueprint, cases: MendingCases) -> None:
    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str:
        runs, has_more = cases.show_bulk.recent(read_place(request.args.get("before", "")))
        older = place_text(Spot(at=runs[-1].created_at, id=runs[-1].id) if has_more else None)
        return render_template(
            "bulk.html", runs=[run_facts(run) for run in runs], older=older, may_start=_may(Role.OPERATOR)
        )

    @pages.get("/<run_id>")
    @for_role(Role.VIEWER)
    def show(run_id: str) -> str:
        state = _choice(ItemState, "show", request.args.get("show", ""))
        after = max(-1, min(request.args.get("after", -1, type=int), MOST_JOBS))
        shown = cases.show_bulk(run_id, after=after, state=state)
        return render_template(
            "bulk_run.html",
            run=run_facts(shown.run),
            progress=progress_facts(shown.run, shown.progress),
            may=buttons(shown.run, shown.progress) if _may(Role.OPERATOR) else {},
            may_mend=_may(Role.OPERATOR),
            items=item_facts(shown),
            next=shown.items[-1].position if shown.has_more else None,
            states=[each.value for each in ItemState],
            state=state.value if state else "",
        )


def _add_start(pages: Blueprint, cases: MendingCases) -> None:
    @pages.get("/new")
    @for_role(Role.OPERATOR)
    def new() -> str:
        _refuse_person(request.args)
        return _form(cases, request.args.to_dict() or {"state": Status.FAILED.value})

    @pages.post("")
    @for_role(Role.OPERATOR)
    def start() -> Response | tuple[str, int]:
        form = request.form
        _refuse_person(form)
        try:
            action = _choice(BulkAction, "do", form.get("do", "")) or BulkAction.RETRY
            rate = form.get("rate", str(USUAL_RATE))
            wanted = read_filter(form, cases.start_bulk.clock()).wanted
            if not rate.isascii() or not rate.isdigit():
                raise refused("rate", "It must be a whole number.")
            run = cases.start_bulk(
                action, wanted, actor=current().actor, reason=form.get("reason", ""), rate=int(rate[:9])
            )
        except (RefusedError, UnknownNameError) as error:
            return _form(cases, form, said=_reasons(error)), 400
        return redirect(url_for(".show", run_id=run.id), 303)


def _add_decisions(pages: Blueprint, cases: MendingCases) -> None:
    @pages.post("/<run_id>/confirm")
    @for_role(Role.OPERATOR)
    def confirm(run_id: str) -> Response:
        number = request.form.get("number", -1, type=int)
        run = cases.confirm_bulk(run_id, number, actor=current().actor, with_open="with_open" in request.form)
        return _done(run, f"The run acts on {counted(run.number, 'job')} now.")

    @pages.post("/<run_id>/pause")
    @for_role(Role.OPERATOR)
    def pause(run_id: str) -> Response:
        return _done(cases.steer_bulk.pause(run_id, actor=current().actor), "The run is paused.")

    @pages.post("/<run_id>/resume")
    @for_role(Role.OPERATOR)
    def resume(run_id: str) -> Response:
        return _done(cases.steer_bulk.resume(run_id, actor=current().actor), "The run goes on.")

    @pages.post("/<run_id>/cancel")
    @for_role(Role.OPERATOR)
    def cancel(run_id: str) -> Response:
        run = cases.steer_bulk.cancel(run_id, actor=current().actor)
        return _done(run, "The run is cancelled: nothing more is begun. What was begun comes to its own end.")

    @pages.post("/<run_id>/check")
    @for_role(Role.OPERATOR)
    def check(run_id: str) -> Response:
        return _done(cases.steer_bulk.check_again(run_id, actor=current().actor), "The jobs are checked once more.")


def _refuse_person(given: Mapping[str, str]) -> None:
    """Who is meant is no part of which jobs a filter wants: without it the run would be over everybody's."""
    if "who" in given:
        raise refused("who", "A run cannot be over the jobs of one person. Mend them one by one.")


def _done(run: BulkRun, said: str) -> Response:
    flash(said)
    return redirect(url_for(".show", run_id=run.id), 303)


def _form(cases: MendingCases, given: Mapping[str, str], *, said: str = "") -> str:
    """`given`: what the address or the form says of which jobs and of what to do with them."""
    asked = read_filter(given, cases.start_bulk.clock())
    return render_template(
        "bulk_new.html",
        form={name: given.get(name) or usual for name, usual in USUAL.items()},
        which=asked.given,
        about=about(asked.wanted),
        choose=url_for("jobs.list_all", **dict[str, Any](asked.given)),
        said=said,
        most_rate=MOST_RATE,
        most_jobs=MOST_JOBS,
    )


def _choice(kind: Callable[[str], Choice], name: str, text: str) -> Choice | None:
    try:
        return kind(text) if text else None
    except ValueError:
        raise refused(name, "There is no such choice.") from None


def _may(role: Role) -> bool:
    return current().operator.role.covers(role)


def _reasons(error: RefusedError | UnknownNameError) -> str:
    if isinstance(error, RefusedError):
        return " ".join(f"{field}: {reason}" for field, reason in error.fields.items())
    return str(error)
