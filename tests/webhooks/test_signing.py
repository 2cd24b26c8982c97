"""The public verifier of Standard Webhooks accepts what we send, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.events import Event, EventName
from app.domain.sending import Message, body_of, new_endpoint_secret
from app.webhooks.signing import signed_headers
from tests.webhooks.messages import BODY, MESSAGE, OTHER_SECRET, SECRET


def sent_now(**changes: object) -> Message:
    return replace(MESSAGE, sent_at=datetime.now(UTC), **changes)  # type: ignore[arg-type]


def verified(message: Message, *signing: str, by: str, body: bytes | None = None) -> object:
    return Webhook(by).verify(body or message.body, signed_headers(message, signing))


def test_the_public_verifier_accepts_a_delivery() -> None:
    assert verified(sent_now(), SECRET, by=SECRET) == json.loads(BODY)


def test_a_new_secret_is_one_the_verifier_takes() -> None:
    secret = new_endpoint_secret()
    assert secret.startswith("whsec_")
    assert verified(sent_now(), secret, by=secret) == json.loads(BODY)
    assert secret != new_endpoint_secret()


@pytest.mark.parametrize("theirs", [SECRET, OTHER_SECRET])
def test_while_a_secret_is_rotated_the_old_and_the_new_one_both_verify(theirs: str) -> None:
    assert verified(sent_now(), OTHER_SECRET, SECRET, by=theirs) == json.loads(BODY)


@pytest.mark.parametrize("place", [0, len(BODY) // 2, len(BODY) - 1])
def test_a_changed_byte_is_refused(place: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= 1
    with pytest.raises(WebhookVerificationError):
        verified(sent_now(), SECRET, by=SECRET, body=bytes(changed))


def test_another_secret_is_refused() -> None:
    with pytest.raises(WebhookVerificationError):
        verified(sent_now(), SECRET, by=OTHER_SECRET)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_kept_and_sent_again_later_is_refused(minutes: int) -> None:
    old = replace(MESSAGE, sent_at=datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(WebhookVerificationError):
        verified(old, SECRET, by=SECRET)


def test_another_id_is_refused() -> None:
    headers = signed_headers(sent_now(), [SECRET]) | {"webhook-id": "evt_other"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, headers)


def test_a_signature_is_the_one_worked_out_by_hand() -> None:
    """echo -n "$id.$timestamp.$body" | openssl dgst -sha256 -hmac 012345678901234567890123456789 -binary | base64"""
    message = replace(MESSAGE, id="evt_1", body=b"{}")
    assert signed_headers(message, [SECRET]) == {
        "webhook-id": "evt_1",
        "webhook-timestamp": "1795442400",
        "webhook-signature": "v1,QtSScFzIatQyasSrTUSOCoX/Ks9dKAzSJ8BD6UeWK1M=",
    }


def test_the_body_is_the_envelope_of_the_standard_and_the_same_every_time() -> None:
    event = Event(
        id="evt_1",
        name=EventName.JOB_SUCCEEDED,
        org_id="o",
        occurred_at=datetime(2026, 11, 23, 14, 0, 0, 123456, tzinfo=UTC),
        data={"version": 1, "name": "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"},
    )
    assert (
        body_of(event)
        == (
            '{"type":"job.succeeded","timestamp":"2026-11-23T14:00:00.123Z",'
            '"data":{"version":1,"name":"Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"}}'
        ).encode()
    )
    assert body_of(event) == body_of(event)
