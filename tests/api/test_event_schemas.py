"""What the document says of each event is what is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from app.api.event_schemas import body_schema, webhooks_section
from app.domain.appointments import Appointment, AppointmentStatus, Attendee, Book, Cancel
from app.domain.events import SUBSCRIBABLE, Event, EventName, appointment_event, failure_event, job_event
from app.domain.jobs import Job, Status
from app.domain.sending import body_of

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
JANE = Attendee(name="Jane Doe", email="jane@example.com")
APPOINTMENT = Appointment(
    id="appt_1",
    org_id="o",
    agent_id="a",
    account_id="c",
    event_type_id=1,
    status=AppointmentStatus.ACCEPTED,
    starts_at=NOW,
    ends_at=NOW + timedelta(minutes=30),
    attendee=JANE,
    uids=("uid1",),
)
JOB = Job(
    id="job_1",
    org_id="o",
    agent_id="a",
    account_id="c",
    appointment_id="appt_1",
    command=Book(attendee=JANE, starts_at=NOW),
    status=Status.RUNNING,
    created_at=NOW,
    deadline_at=NOW,
    next_attempt_at=NOW,
    zone="UTC",
    language="en",
    calendar="c",
    starts_at=NOW,
)
CANCEL = replace(JOB, command=Cancel(appointment_id="appt_1"), starts_at=None)
CHANGES = [name for name in EventName if name.value.startswith("appointment.") and "failed" not in name.value][:4]
EVENTS = [
    *[appointment_event(name, APPOINTMENT, now=NOW, job=JOB, previous=NOW) for name in CHANGES],
    *[appointment_event(name, APPOINTMENT, now=NOW) for name in CHANGES],
    failure_event(EventName.APPOINTMENT_FAILED, JOB, reason="slot_taken", now=NOW),
    failure_event(EventName.APPOINTMENT_FAILED, CANCEL, reason="upstream_down", now=NOW),
    failure_event(
        EventName.APPOINTMENT_NEEDS_ATTENTION, CANCEL, reason="outcome_unknown", now=NOW, appointment=APPOINTMENT
    ),
    job_event(EventName.JOB_SUCCEEDED, JOB, status="succeeded", reason=None, now=NOW),
    job_event(EventName.JOB_FAILED, CANCEL, status="discarded", reason="discarded", now=NOW),
]


def checked(body: Any, name: EventName) -> None:
    jsonschema.validate(body, body_schema(name), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_an_event_is_as_its_schema_says(event: Event) -> None:
    body = json.loads(body_of(event))
    checked(body, event.name)
    assert set(body["data"]) == set(body_schema(event.name)["properties"]["data"]["properties"])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_an_event_that_lacks_a_key_is_not(event: Event) -> None:
    for key in event.data:
        body = json.loads(body_of(event))
        del body["data"][key]
        with pytest.raises(jsonschema.ValidationError):
            checked(body, event.name)


def test_every_event_is_described_with_the_headers_of_the_standard() -> None:
    section = webhooks_section()
    assert set(section) == {name.value for name in EventName}
    for name in SUBSCRIBABLE:
        names = [parameter["name"] for parameter in section[name]["post"]["parameters"]]
        assert names == ["webhook-id", "webhook-timestamp", "webhook-signature"]
