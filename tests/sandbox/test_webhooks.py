"""Webhooks are signed, delivered before the answer, once, and their trouble is the caller's delay only."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator

import pytest

from tests.contracts.receiver import Receiver
from tests.sandbox.caller import Caller
from tests.support.sandbox import SandboxProcess

TRIGGERS = ["BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "BOOKING_REJECTED"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


def _subscribe(call: Caller, url: str, secret: str | None = "s3cret") -> None:
    body = {"subscriberUrl": url, "triggers": TRIGGERS, "active": True, **({"secret": secret} if secret else {})}
    assert call("POST", "/v2/webhooks", body).status_code == 201


def test_a_delivery_is_signed_over_its_raw_body(call: Caller, receiver: Receiver) -> None:
    _subscribe(call, f"{receiver.url}/hook")
    uid = call.uid()
    (delivery,) = receiver.take()
    expected = hmac.new(b"s3cret", delivery.raw, hashlib.sha256).hexdigest()
    assert delivery.headers["X-Cal-Signature-256"] == expected
    assert json.loads(delivery.raw)["payload"]["uid"] == uid


def test_without_a_secret_the_header_says_so(call: Caller, receiver: Receiver) -> None:
    _subscribe(call, f"{receiver.url}/hook", secret=None)
    call.book()
    assert receiver.take()[0].headers["X-Cal-Signature-256"] == "no-secret-provided"


def test_the_life_of_a_booking_is_told_in_order(call: Caller, receiver: Receiver) -> None:
    _subscribe(call, f"{receiver.url}/hook")
    uid = call.uid()
    moved = call("POST", f"/v2/bookings/{uid}/reschedule", {"start": "2035-05-15T17:00:00Z"}).json()["data"]["uid"]
    call("POST", f"/v2/bookings/{moved}/cancel", {"cancellationReason": "x"})
    request = call.uid("18:00", 102)
    call("POST", f"/v2/bookings/{request}/decline", {"reason": "x"})
    told = [json.loads(d.raw) for d in receiver.take()]
    assert [t["triggerEvent"] for t in told] == [
        "BOOKING_CREATED",
        "BOOKING_RESCHEDULED",
        "BOOKING_CANCELLED",
        "BOOKING_REQUESTED",
        "BOOKING_REJECTED",
    ]
    assert told[1]["payload"]["rescheduleUid"] == uid
    assert "metadata" not in told[2]["payload"]


def test_the_answer_waits_for_a_slow_receiver_while_the_booking_is_already_there(
    sandbox: SandboxProcess, call: Caller, receiver: Receiver
) -> None:
    _subscribe(call, f"{receiver.url}/slow")
    receiver.gate.clear()
    statuses: list[int] = []
    held = threading.Thread(target=lambda: statuses.append(call.book().status_code))
    held.start()
    assert receiver.arrived.wait(10)
    assert len(sandbox.bookings("accepted")) == 1
    assert statuses == []
    receiver.gate.set()
    held.join(10)
    assert statuses == [201]


def test_a_failing_or_dead_receiver_changes_nothing_and_hears_nothing_again(
    sandbox: SandboxProcess, call: Caller, receiver: Receiver
) -> None:
    _subscribe(call, f"{receiver.url}/fail")
    _subscribe(call, "http://127.0.0.1:9/dead")
    assert call.book().status_code == 201
    assert len(receiver.take()) == 1
    assert [e["status"] for e in sandbox.journal("delivery")] == [500, None]


def test_other_hosts_hear_nothing(sandbox: SandboxProcess, call: Caller, receiver: Receiver) -> None:
    _subscribe(Caller(sandbox.url, "cal_sandbox_bert"), f"{receiver.url}/hook")
    call.book()
    assert receiver.take() == []
