"""Signed webhook deliveries, made inline before the answer leaves, once, whatever the receiver says."""

import hashlib
import hmac
import http.client
import json
from urllib.parse import urlsplit

from app.sandbox.payloads import News, payload
from app.sandbox.records import Attendee, Booking, Webhook
from app.sandbox.sandbox import Sandbox
from app.sandbox.wire import iso_ms


def announce(
    sandbox: Sandbox,
    trigger: str,
    booking: Booking,
    *,
    before: Booking | None = None,
    seat: Attendee | None = None,
    confirmed: bool = False,
) -> None:
    listening = [w for w in list(sandbox.store.webhooks.values()) if _wants(w, trigger, booking)]
    if not listening:
        return
    body = {
        "triggerEvent": trigger,
        "createdAt": iso_ms(sandbox.clock.now()),
        "payload": payload(sandbox.world, News(trigger, booking, before, seat, confirmed)),
    }
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    for webhook in listening:
        status = _deliver(webhook, raw, sandbox.options.webhook_timeout_seconds)
        sandbox.journal.note("delivery", trigger=trigger, url=webhook.subscriber_url, status=status, uid=booking.uid)


def signature(secret: str | None, raw: bytes) -> str:
    if not secret:
        return "no-secret-provided"
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def _wants(webhook: Webhook, trigger: str, booking: Booking) -> bool:
    mine = webhook.user_id in booking.host_ids or webhook.event_type_id == booking.event_type_id
    return webhook.active and trigger in webhook.triggers and mine


def _deliver(webhook: Webhook, raw: bytes, timeout: float) -> int | None:
    """The receiver's status, or None; redirects are not followed and nothing is tried again."""
    url = urlsplit(webhook.subscriber_url)
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json", "X-Cal-Signature-256": signature(webhook.secret, raw)}
    try:
        connection = connect(url.hostname or "", url.port, timeout=timeout)
        try:
            connection.request("POST", f"{url.path or '/'}{'?' + url.query if url.query else ''}", raw, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
