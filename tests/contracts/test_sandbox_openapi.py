"""The stand-in keeps to Cal.com's official document, as far as the real server does."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from app.sandbox.server import Setup, create_app, create_sandbox
from tests.contracts import calcom_openapi, recordings
from tests.contracts.calcom_openapi import violations
from tests.contracts.held_clock import HeldClock
from tests.contracts.replay import BEGIN

pytestmark = pytest.mark.skipif(
    not calcom_openapi.available(), reason="Cal.com's OpenAPI document is not beside this project"
)

BOOK, SLOT, TYPE, SCHEDULE = "2024-08-13", "2024-09-04", "2024-06-14", "2024-06-11"
JANE = {"name": "Jane Doe", "email": "jane@example.com", "timeZone": "America/New_York"}
PHONE = {"name": "Jane Doe", "phoneNumber": "+12125550123", "timeZone": "America/New_York"}
DAY = "2026-11-24"
# Recorded on purpose with a wrong version, an unknown key, or on a path the document does not have.
DELIBERATE = frozenset(("037", "086", "221", "242", "248", "352", "441", "442"))


@dataclass(frozen=True)
class Made:
    method: str
    path: str
    version: str | None
    status: int
    body: Any
    answer: Any


class Caller:
    def __init__(self) -> None:
        self._app = create_app(create_sandbox(Setup(clock=HeldClock(BEGIN))))

    def __call__(self, method: str, path: str, version: str | None = None, body: Any = None, **query: Any) -> Made:
        headers = {"authorization": "Bearer cal_sandbox_anna"}
        if version is not None:
            headers["cal-api-version"] = version
        url = f"{path}?{urlencode(query)}" if query else path
        answer = self._app.test_client().open(url, method=method, headers=headers, json=body)
        return Made(method, url, version, answer.status_code, body, answer.get_json())

    def book(self, event_type: int, at: str, attendee: dict[str, str] | None = None, **more: Any) -> Made:
        body = {"start": f"{DAY}T{at}:00Z", "eventTypeId": event_type, "attendee": attendee or JANE, **more}
        return self("POST", "/v2/bookings", BOOK, body)


@pytest.fixture
def call() -> Caller:
    return Caller()


def conforms(*made: Made) -> None:
    for m in made:
        assert violations(m.method, m.path, m.version, m.status, m.body, m.answer) == []
        assert m.status < 400


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/v2/me", None),
        ("/v2/schedules/default", SCHEDULE),
        ("/v2/schedules", SCHEDULE),
        ("/v2/event-types", TYPE),
        ("/v2/event-types/5", TYPE),
        ("/v2/event-types/24", TYPE),
        ("/v2/webhooks", None),
    ],
)
def test_reads_of_the_account_conform(call: Caller, path: str, version: str | None) -> None:
    conforms(call("GET", path, version))


def test_slots_conform_in_every_format(call: Caller) -> None:
    window = {"start": DAY, "end": DAY}
    conforms(
        call("GET", "/v2/slots", SLOT, eventTypeId=1, **window),
        call("GET", "/v2/slots", SLOT, eventTypeId=1, format="range", timeZone="Europe/Berlin", **window),
        call("GET", "/v2/slots", SLOT, eventTypeId=4, **window),
        call("GET", "/v2/slots", SLOT, eventTypeId=1, start="2026-11-28", end="2026-11-29"),
    )


def test_holds_conform(call: Caller) -> None:
    body = {"eventTypeId": 1, "slotStart": f"{DAY}T15:00:00Z"}
    made = call("POST", "/v2/slots/reservations", SLOT, body)
    path = f"/v2/slots/reservations/{made.answer['data']['reservationUid']}"
    conforms(made, call("GET", path, SLOT), call("PATCH", path, SLOT, body), call("DELETE", path, SLOT))


def test_every_kind_of_booking_conforms(call: Caller) -> None:
    conforms(
        call.book(1, "14:00", metadata={"idem": "k"}),
        call.book(2, "14:30"),
        call.book(4, "15:00"),
        call.book(5, "15:30", PHONE),
        call.book(8, "16:00", bookingFieldsResponses={"reason": "check-up"}),
        call.book(17, "17:00", recurrenceCount=2),
        call("GET", "/v2/bookings", BOOK, status="upcoming,unconfirmed", take=100),
        call("GET", "/v2/bookings", BOOK, attendeeEmail="nobody@example.com"),
    )


def test_the_life_of_a_booking_conforms(call: Caller) -> None:
    made = call.book(1, "14:00")
    moved = call("POST", _path(made, "reschedule"), BOOK, {"start": f"{DAY}T15:00:00Z", "reschedulingReason": "asked"})
    conforms(
        made,
        call("GET", _path(made), BOOK),
        moved,
        call("POST", _path(moved, "cancel"), BOOK, {"cancellationReason": "asked"}),
        call("GET", _path(moved), BOOK),
    )


def test_requests_to_the_host_conform(call: Caller) -> None:
    first, second = call.book(2, "14:00"), call.book(2, "15:00")
    conforms(
        call("POST", _path(first, "confirm"), BOOK),
        call("POST", _path(second, "decline"), BOOK, {"reason": "no time"}),
    )


def test_webhook_subscriptions_conform(call: Caller) -> None:
    body = {"subscriberUrl": "https://hooks.example.com/a", "triggers": ["BOOKING_CREATED"], "active": True}
    made = call("POST", "/v2/webhooks", None, body)
    path = f"/v2/webhooks/{made.answer['data']['id']}"
    conforms(made, call("GET", path), call("PATCH", path, None, {"active": False}), call("DELETE", path))


def test_refusals_have_one_of_the_known_shapes(call: Caller) -> None:
    for made in (
        call.book(99, "14:00"),
        call.book(19, "14:00"),
        call.book(1, "03:00"),
        call("GET", "/v2/bookings/x", BOOK),
    ):
        assert made.status >= 400
        assert violations(made.method, made.path, made.version, made.status, made.body, made.answer) == []


@pytest.mark.parametrize("recording", recordings.load_recordings(), ids=lambda r: r.name)
def test_the_real_server_conforms_to_the_corrected_document(recording: recordings.Recording) -> None:
    if recording.number in DELIBERATE:
        pytest.skip("outside the document on purpose")
    for exchange in recording.exchanges:
        request, response = exchange.request, exchange.response
        if response is None or response["status"] >= 400:
            continue
        path = f"{request['path']}?{urlencode(request['query'])}" if request.get("query") else request["path"]
        version = request["headers"].get("cal-api-version")
        found = violations(request["method"], path, version, response["status"], request.get("body"), response["body"])
        assert found == []


def test_wrong_exchanges_are_caught() -> None:
    good = {"start": "2026-11-24T14:00:00Z", "eventTypeId": 1, "attendee": JANE}
    assert violations("POST", "/v2/nonsense", BOOK, 200, {}, {}) == ["POST /v2/nonsense: no such operation"]
    assert any("cal-api-version" in v for v in violations("POST", "/v2/bookings", SLOT, 201, good, {}))
    assert any(
        "foo is not declared" in v for v in violations("POST", "/v2/bookings", BOOK, 201, {**good, "foo": 1}, {})
    )
    assert any("attendee" in v for v in violations("POST", "/v2/bookings", BOOK, 201, {"start": "x"}, {}))
    assert any("response" in v for v in violations("POST", "/v2/bookings", BOOK, 201, good, {"status": "success"}))
    assert any(
        "query: end is missing" in v for v in violations("GET", "/v2/slots?start=2026-11-24", SLOT, 200, None, {})
    )


def _path(made: Made, action: str = "") -> str:
    return f"/v2/bookings/{made.answer['data']['uid']}{'/' + action if action else ''}"
