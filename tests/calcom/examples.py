"""A wish, a booking that grants it, and short ways to say what a server answers and how a look failed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.calcom.client import CalcomCalendar
from app.domain.appointments import Attendee
from app.domain.directory import Access
from app.domain.errors import CalendarError
from app.domain.outcomes import Outcome
from app.domain.ports import BookingWish
from tests.calcom.scripted_server import Step, answer

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WISH = BookingWish(
    event_type_id=7,
    attendee=Attendee(name="Zoë Doe", email="zoe+tag@example.com"),
    starts_at=AT,
    field_answers={},
    metadata={"ringbook": "job_1"},
)


def row(**changes: Any) -> dict[str, Any]:
    """The booking that Cal.com makes of `WISH`."""
    return {
        "uid": "abc",
        "status": "accepted",
        "start": "2026-11-23T14:00:00.000Z",
        "end": "2026-11-23T14:30:00.000Z",
        "eventTypeId": 7,
        "attendees": [{"name": "Jane", "email": "jane@example.com"}],
    } | changes


def refusal(status: int, message: str) -> Step:
    return answer(status, {"status": "error", "error": {"code": "BadRequestException", "message": message}})


def failure(look: Callable[[], object]) -> Outcome:
    with pytest.raises(CalendarError) as caught:
        look()
    return caught.value.outcome


def looked(calendar: CalcomCalendar, access: Access) -> Outcome:
    """What a look at the openings fails with."""
    return failure(lambda: calendar.openings(access, 7, AT, AT + HOUR))


def closed_port() -> str:
    """The base URL of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v2"
