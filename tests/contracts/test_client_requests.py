"""Every request of the Cal.com client is one that Cal.com's own document allows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.calcom.client import CalcomCalendar
from app.calcom.transport import TimeLimits
from app.domain.appointments import Attendee
from app.domain.errors import CalendarError
from app.domain.ports import BookingWish
from tests.calcom.conftest import access_to
from tests.calcom.scripted_server import ScriptedServer, data
from tests.contracts import calcom_openapi


@pytest.mark.skipif(not calcom_openapi.available(), reason="Cal.com's OpenAPI document is not here")
def test_every_request_is_one_that_cal_coms_document_allows() -> None:
    calendar = CalcomCalendar(TimeLimits(), "Ringbook-Test/1")
    at = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    with ScriptedServer(data({})) as server:
        access = access_to(server.url)
        jane = Attendee(name="J", email="j@example.com", phone="+12125550123", time_zone="UTC", language="de")
        answers, metadata = {"notes": "back pain"}, {"ringbook": "job_1"}
        wish = BookingWish(event_type_id=7, attendee=jane, starts_at=at, field_answers=answers, metadata=metadata)
        calendar.book(access, wish)
        calendar.move(access, "abc", at, "caller asked")
        calendar.cancel(access, "abc", "")
        for look in (
            lambda: calendar.booking(access, "abc"),
            lambda: calendar.bookings(access, starts_from=at, ends_by=at, event_type_id=7, email="j@example.com"),
            lambda: calendar.bookings_made_since(access, at),
            lambda: calendar.event_type(access, 7),
            lambda: calendar.event_types(access),
            lambda: calendar.owner(access),
        ):
            with pytest.raises(CalendarError):
                look()
        calendar.openings(access, 7, at, at + timedelta(days=1), moving_uid="abc")
        seen = server.requests
    calendar.close()
    assert len(seen) >= 9
    assert [wrong for request in seen for wrong in violations(request)] == []


def violations(request: str) -> list[str]:
    head, _, body = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    found = calcom_openapi.violations(
        method,
        target,
        headers.get("cal-api-version"),
        201 if target.endswith(("/bookings", "/reschedule")) and method == "POST" else 200,
        json.loads(body) if body else None,
        None,
    )
    return [wrong for wrong in found if not wrong.startswith("response")]
