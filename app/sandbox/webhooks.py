"""/v2/webhooks: subscriptions of a user or of one event type."""

from dataclasses import replace
from typing import Any

from app.sandbox import errors
from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.identifiers import long_uid
from app.sandbox.records import Webhook
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import iso_ms

TRIGGERS = (
    "BOOKING_CREATED, BOOKING_PAYMENT_INITIATED, BOOKING_PAID, BOOKING_RESCHEDULED, BOOKING_REQUESTED, "
    "BOOKING_CANCELLED, BOOKING_REJECTED, BOOKING_NO_SHOW_UPDATED, FORM_SUBMITTED, MEETING_ENDED, MEETING_STARTED, "
    "RECORDING_READY, INSTANT_MEETING, RECORDING_TRANSCRIPTION_GENERATED, OOO_CREATED, AFTER_HOSTS_CAL_VIDEO_NO_SHOW, "
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW, FORM_SUBMITTED_NO_EVENT, DELEGATION_CREDENTIAL_ERROR"
)
VERSION = "2021-10-20"


def create_webhook(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    me, event_type = inquiry.me(), inquiry.params.get("id")
    webhook = _new(sandbox, inquiry, user_id=None if event_type else me.id, type_id=int(event_type or 0) or None)
    same = ("user", "subscriber url") if webhook.user_id is not None else ("event type", "subscriber url")
    for other in list(sandbox.store.webhooks.values()):
        owner = (other.user_id, other.event_type_id) == (webhook.user_id, webhook.event_type_id)
        if owner and other.subscriber_url == webhook.subscriber_url:
            raise errors.nest(409, f"Webhook with this {same[1]} already exists for this {same[0]}")
    with sandbox.store.write() as batch:
        batch.put("webhook", webhook.id, webhook)
    return success(_out(webhook), 201)


def list_webhooks(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    query = inquiry.call.query
    skip, take = int(query.get("skip", 0)), int(query.get("take", 250))
    mine = [w for w in list(sandbox.store.webhooks.values()) if w.user_id == inquiry.me().id]
    return success([_out(w) for w in mine[skip : skip + take]])


def read_webhook(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    """Unlike the others this one answers with the bare database row."""
    webhook = _own(sandbox, inquiry)
    row = {
        "teamId": None,
        "createdAt": iso_ms(webhook.created_at),
        "appId": None,
        "platform": False,
        "time": None,
        "timeUnit": None,
        "version": VERSION,
        "oAuthClientId": None,
        "eventTypeId": webhook.event_type_id,
    }
    return success(_out(webhook) | row)


def update_webhook(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    webhook, body = _own(sandbox, inquiry), inquiry.body
    _check(body, creating=False)
    changed = replace(
        webhook,
        subscriber_url=body.get("subscriberUrl", webhook.subscriber_url),
        triggers=tuple(body.get("triggers", webhook.triggers)),
        active=body.get("active", webhook.active),
        secret=body.get("secret", webhook.secret),
        payload_template=body.get("payloadTemplate", webhook.payload_template),
    )
    with sandbox.store.write() as batch:
        batch.put("webhook", webhook.id, changed)
    return success(_out(changed))


def delete_webhook(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    webhook = _own(sandbox, inquiry)
    with sandbox.store.write() as batch:
        batch.drop("webhook", webhook.id)
    return success(_out(webhook))


def _own(sandbox: Sandbox, inquiry: Inquiry) -> Webhook:
    webhook = sandbox.store.webhooks.get(inquiry.params["id"])
    if webhook is None or webhook.user_id not in (None, inquiry.me().id):
        raise errors.nest(404, f"Webhook ({inquiry.params['id']}) not found")
    return webhook


def _new(sandbox: Sandbox, inquiry: Inquiry, *, user_id: int | None, type_id: int | None) -> Webhook:
    body = inquiry.body
    _check(body, creating=True)
    return Webhook(
        id=long_uid(),
        user_id=user_id,
        event_type_id=type_id,
        subscriber_url=body["subscriberUrl"],
        triggers=tuple(body["triggers"]),
        active=body["active"],
        secret=body.get("secret"),
        payload_template=body.get("payloadTemplate"),
        created_at=sandbox.clock.now(),
    )


def _out(webhook: Webhook) -> dict[str, Any]:
    owner = {"userId": webhook.user_id} if webhook.user_id is not None else {"eventTypeId": webhook.event_type_id}
    return {
        "id": webhook.id,
        "payloadTemplate": webhook.payload_template,
        "triggers": list(webhook.triggers),
        "subscriberUrl": webhook.subscriber_url,
        "active": webhook.active,
        "secret": webhook.secret,
        **owner,
    }


def _check(body: dict[str, Any], *, creating: bool) -> None:
    rules = {
        "subscriberUrl": (isinstance(body.get("subscriberUrl"), str), {"isString": "subscriberUrl must be a string"}),
        "triggers": (_known_triggers(body.get("triggers")), {"isEnum": _TRIGGER_RULE}),
        "active": (isinstance(body.get("active"), bool), {"isBoolean": "active must be a boolean value"}),
        "version": (
            body.get("version") == VERSION,
            {"isEnum": f"version must be one of the following values: {VERSION}"},
        ),
    }
    needed = {"subscriberUrl", "triggers", "active"} if creating else set()
    wrong = [
        {
            "target": body,
            **({"value": body[key]} if key in body else {}),
            "property": key,
            "children": [],
            "constraints": text,
        }
        for key, (holds, text) in rules.items()
        if (key in body or key in needed) and not holds
    ]
    if wrong:
        raise errors.pipe(wrong)


_TRIGGER_RULE = f"each value in triggers must be one of the following values: {TRIGGERS}"


def _known_triggers(value: Any) -> bool:
    return isinstance(value, list) and set(value) <= set(TRIGGERS.split(", "))
