"""One event on its way to one endpoint: every try, what was answered, and sending it again."""

from __future__ import annotations

import json

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.admin.endpoint_facts import ALL, attempt_row, delivery_row
from app.admin.links import to_job
from app.admin.masks import sees_people
from app.admin.roles import current, for_role
from app.container.desk_webhooks import DeskWebhookCases
from app.domain.operators import Role


def add_delivery_pages(pages: Blueprint, webhooks: DeskWebhookCases) -> None:
    @pages.get("/deliveries/<delivery_id>")
    @for_role(Role.VIEWER)
    def delivery(delivery_id: str) -> str:
        return _show(webhooks, delivery_id)

    @pages.post("/deliveries/<delivery_id>/resend")
    @for_role(Role.OPERATOR)
    def resend(delivery_id: str) -> Response:
        webhooks.owners.replay_delivery(delivery_id, ALL, actor=current().actor)
        flash("It is on its way again, under the same webhook-id.")
        return redirect(url_for(".delivery", delivery_id=delivery_id), 303)


def _show(webhooks: DeskWebhookCases, delivery_id: str) -> str:
    shown = webhooks.owners.show_delivery(delivery_id, ALL)
    delivery, event = shown.delivery, shown.event
    endpoint = webhooks.owners.show_endpoint(delivery.endpoint_id, ALL)
    sees = sees_people(current().operator)
    job_id = str(event.data.get("job_id") or "")
    return render_template(
        "delivery.html",
        delivery=delivery_row(delivery),
        url=endpoint.url,
        occurred_at=event.occurred_at,
        job_id=job_id,
        job_link=to_job(job_id) if job_id else "",
        appointment_id=event.appointment_id,
        attempts=[attempt_row(each, number, sees_people=sees) for number, each in enumerate(delivery.history, 1)],
        sees_people=sees,
        data=json.dumps(dict(event.data), ensure_ascii=False, indent=2) if sees else "",
    )
