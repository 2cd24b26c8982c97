"""Carries out faults: each bends the answer, the time or the connection of one request."""

import threading
from collections.abc import Callable
from dataclasses import replace

from app.sandbox import errors
from app.sandbox.calls import CUT, HALF, Answer, Call
from app.sandbox.faults import Fault
from app.sandbox.gateway import Gateway

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
PRISMA = (
    "\nInvalid `tx.booking.create()` invocation in\n/calcom\n\nTransaction API error: A query cannot be executed "
    "on an expired transaction. The timeout for this transaction was 5000 ms, however 8128 ms passed since the start "
    "of the transaction. Consider increasing the interactive transaction timeout or doing less work in the transaction."
)
NOTHING = Answer(0, b"", ending=CUT)

Effect = Callable[[Gateway, Call, Fault], Answer]


def serve(gateway: Gateway, call: Call) -> tuple[Answer, Fault | None]:
    try:
        fault = gateway.sandbox.faults.take(call)
    except ValueError as mistake:
        return Answer(400, {"error": str(mistake)}), None
    if fault is None:
        return gateway.answer(call), None
    return _EFFECTS[fault.name](gateway, call, fault), fault


def _refusal(refusal: Callable[[], errors.RefusalError], *, after: bool = False, counted: bool = False) -> Effect:
    """Counted: the request got past the rate limit before it failed, so its headers are there."""

    def effect(gateway: Gateway, call: Call, fault: Fault) -> Answer:
        headers: dict[str, str] = {}
        if after:
            headers = gateway.answer(call).headers
        elif counted or fault.value == "counted":
            headers = gateway.count(call).headers()
        return replace(gateway.refuse(call, refusal()), headers=headers)

    return effect


def _rate_limited(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    standing = gateway.sandbox.throttle.block(*gateway.payer(call))
    return replace(gateway.refuse(call, errors.throttled()), headers=standing.headers())


def _bad_gateway(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    if fault.value == "after":
        gateway.answer(call)
    return Answer(502, HTML, content_type="text/html; charset=UTF-8")


def _slow(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    gateway.sandbox.clock.sleep(fault.seconds)
    return gateway.answer(call)


def _slow_after_commit(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    answer = gateway.answer(call)
    gateway.sandbox.clock.sleep(fault.seconds)
    return answer


def _cut_after_commit(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    gateway.answer(call)
    return NOTHING


def _late_commit(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    threading.Thread(target=_slow, args=(gateway, call, fault), daemon=True).start()
    return NOTHING


def _garbage(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    return replace(gateway.answer(call), body=b'{"status":"success","data":{"uid":')


def _truncated(gateway: Gateway, call: Call, fault: Fault) -> Answer:
    return replace(gateway.answer(call), ending=HALF)


_EFFECTS: dict[str, Effect] = {
    "rate_limited": _rate_limited,
    "server_error": _refusal(lambda: errors.raw(500, "Internal server error")),
    "server_error_after_commit": _refusal(lambda: errors.raw(500, "Internal server error"), after=True),
    "bad_gateway_html": _bad_gateway,
    "unavailable": _refusal(errors.server_trouble),
    "slow": _slow,
    "slow_after_commit": _slow_after_commit,
    "cut_before_commit": lambda gateway, call, fault: NOTHING,
    "cut_after_commit": _cut_after_commit,
    "garbage_json": _garbage,
    "truncated": _truncated,
    "lying_slots": lambda gateway, call, fault: gateway.answer(call, lie=fault.value or "taken"),
    "conflict": _refusal(lambda: errors.raw(409, "booking_conflict_error"), counted=True),
    "prisma_timeout": _refusal(lambda: errors.raw(400, PRISMA), counted=True),
    "late_commit": _late_commit,
    "stale_list": lambda gateway, call, fault: gateway.answer(call, stale_seconds=fault.seconds),
    "record_not_found": _refusal(errors.record_not_found, after=True),
}
