"""Endpoints that are told of events: how they fare, and what is done about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.endpoint_facts import ALL, STATES, delivery_row, endpoint_row
from app.admin.masks import sees_people
from app.admin.pages.deliveries import add_delivery_pages
from app.admin.paging import PAGE, place_text, read_place
from app.admin.place import Place
from app.admin.roles import current, for_role
from app.admin.wall_times import read_utc
from app.admin.words import counted
from app.container.desk import DeskCases
from app.container.desk_webhooks import DeskWebhookCases
from app.domain.errors import RefusedError
from app.domain.events import EventName
from app.domain.operators import Role
from app.domain.paging import Place as ListPlace
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import ROTATION_OVERLAP, DeliveryStatus
from app.services.named import refused
from app.services.read_endpoint_health import MOST


def webhook_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    webhooks = cases.webhooks

    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str:
        page = webhooks.list_health(limit=PAGE, after=read_place(request.args.get("after", "")))
        rows = [endpoint_row(health) for health in page.rows]
        return render_template("endpoints.html", rows=rows, most=MOST, next_after=place_text(page.next_after))

    @pages.get("/<endpoint_id>")
    @for_role(Role.VIEWER)
    def show(endpoint_id: str) -> str:
        return _show(webhooks, endpoint_id)

    _add_mending(pages, webhooks)
    _add_switches(pages, webhooks)
    _add_verification(pages, webhooks)
    add_delivery_pages(pages, webhooks)
    return pages


def _add_mending(pages: Blueprint, webhooks: DeskWebhookCases) -> None:
    owners = webhooks.owners

    @pages.post("/<endpoint_id>/test")
    @for_role(Role.OPERATOR)
    def test(endpoint_id: str) -> Response:
        delivery = owners.send_test_event(endpoint_id, ALL, actor=current().actor)
        flash("A test event is on its way.")
        return redirect(url_for(".delivery", delivery_id=delivery.id), 303)

    @pages.post("/<endpoint_id>/recover")
    @for_role(Role.OPERATOR)
    def recover(endpoint_id: str) -> Response:
        since, delivered = _since(request.form.get("since", "")), "delivered" in request.form
        count = owners.recover_deliveries(endpoint_id, since, ALL, actor=current().actor, delivered=delivered)
        sent = f"On the way: {counted(count, 'delivery', 'deliveries')}."
        flash(sent if count else "Nothing was missed since then.")
        return redirect(url_for(".show", endpoint_id=endpoint_id), 303)


def _add_switches(pages: Blueprint, webhooks: DeskWebhookCases) -> None:
    owners = webhooks.owners

    @pages.post("/<endpoint_id>/rotate")
    @for_role(Role.ADMIN)
    def rotate(endpoint_id: str) -> str:
        new = owners.rotate_endpoint_secret(endpoint_id, ALL, actor=current().actor)
        return _show(webhooks, endpoint_id, secret=new.secret)

    @pages.post("/<endpoint_id>/enable")
    @for_role(Role.ADMIN)
    def enable(endpoint_id: str) -> Response:
        owners.enable_endpoint(endpoint_id, ALL, actor=current().actor)
        flash("The endpoint is enabled. Recover what it missed meanwhile.")
        return redirect(url_for(".show", endpoint_id=endpoint_id), 303)

    @pages.post("/<endpoint_id>/disable")
    @for_role(Role.ADMIN)
    def disable(endpoint_id: str) -> Response:
        owners.disable_endpoint(endpoint_id, ALL, actor=current().actor)
        flash("The endpoint is disabled. What waits for it stays.")
        return redirect(url_for(".show", endpoint_id=endpoint_id), 303)


def _add_verification(pages: Blueprint, webhooks: DeskWebhookCases) -> None:
    verify_endpoint = webhooks.owners.challenge_endpoint

    @pages.post("/<endpoint_id>/challenge")
    @for_role(Role.ADMIN)
    def challenge(endpoint_id: str) -> Response:
        verify_endpoint(endpoint_id, ALL, actor=current().actor)
        flash("A new challenge is on its way.")
        return redirect(url_for(".show", endpoint_id=endpoint_id), 303)

    @pages.post("/<endpoint_id>/verify")
    @for_role(Role.ADMIN)
    def verify(endpoint_id: str) -> Response | tuple[str, int]:
        answer = request.form.get("answer", "").strip()
        try:
            if not answer:
                raise refused("challenge", "It is empty.")
            verify_endpoint(endpoint_id, ALL, actor=current().actor, answer=answer)
        except RefusedError as error:
            return _show(webhooks, endpoint_id, said=" ".join(error.fields.values()), answer=answer), 400
        flash("The endpoint is verified.")
        return redirect(url_for(".show", endpoint_id=endpoint_id), 303)


def _show(webhooks: DeskWebhookCases, endpoint_id: str, *, secret: str = "", said: str = "", answer: str = "") -> str:
    shown = webhooks.show_health(endpoint_id, ALL)
    state, name = request.args.get("state", ""), request.args.get("event", "")
    wanted = _filter(shown.health.endpoint.id, state, name, read_place(request.args.get("after", "")))
    found = webhooks.owners.list_deliveries(wanted, ALL)
    rows, last = [delivery_row(each) for each in found[:PAGE]], found[PAGE - 1] if len(found) > PAGE else None
    return render_template(
        "endpoint.html",
        endpoint=endpoint_row(shown.health),
        secrets=shown.secrets,
        unreadable=shown.unreadable,
        secret=secret,
        said=said,
        answer=answer,
        overlap=ROTATION_OVERLAP,
        most=MOST,
        rows=rows,
        states=STATES,
        state=state,
        events=[each.value for each in EventName],
        event=name,
        is_behind="after" in request.args,
        next_after=place_text(ListPlace(at=last.created_at, id=last.id) if last else None),
        may_mend=sees_people(current().operator),
        may_change=current().operator.role.covers(Role.ADMIN),
    )


def _filter(endpoint_id: str, state: str, name: str, after: ListPlace | None) -> DeliveryFilter:
    if state and state not in STATES:
        raise refused("state", f"It must be one of {', '.join(STATES)}.")
    names = {each.value: each for each in EventName}
    if name and name not in names:
        raise refused("event", f"It must be one of {', '.join(names)}.")
    final: dict[str, Any] = {"status": DeliveryStatus(state)} if state in {"succeeded", "failed"} else {}
    return DeliveryFilter(
        endpoint_id=endpoint_id,
        event_name=names.get(name),
        waiting=state == "waiting",
        limit=PAGE + 1,
        after=after,
        **final,
    )


def _since(text: str) -> datetime:
    try:
        return read_utc(text)
    except (ValueError, OverflowError):
        raise refused("since", "It must be a time such as 2026-11-22T08:00, in UTC.") from None
