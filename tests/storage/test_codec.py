"""What is stored as JSON comes back equal, and rows of an older or newer release still read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import Final, Result
from app.domain.appointments import Attendee, Book, Cancel, Reschedule
from app.domain.event_types import BookingField, EventType
from app.domain.jobs import Command
from app.storage.codec import (
    command_from_json,
    command_to_json,
    event_type_from_json,
    event_type_to_json,
    final_from_json,
    final_to_json,
)

texts = st.text(max_size=40)
moments = st.datetimes(timezones=st.just(UTC))
attendees = st.builds(Attendee, name=texts, email=texts, phone=texts, time_zone=texts, language=texts)
said = {"notes": texts, "call_session_id": texts}
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Book, attendee=attendees, starts_at=moments, **said),
    st.builds(Reschedule, appointment_id=texts, starts_at=moments, **said),
    st.builds(Cancel, appointment_id=texts, **said),
)
finals = st.builds(
    Final,
    result=st.sampled_from(Result),
    starts_at=st.none() | moments,
    openings=st.lists(moments, max_size=4).map(tuple),
    detail=texts,
    appointment_id=texts,
)
booking_fields = st.builds(
    BookingField,
    slug=texts,
    type=texts,
    required=st.booleans(),
    hidden=st.booleans(),
    options=st.lists(texts, max_size=3).map(tuple),
)
event_types = st.builds(
    EventType,
    id=st.integers(),
    slug=texts,
    title=texts,
    length_minutes=st.integers(),
    length_options=st.lists(st.integers(), max_size=3).map(tuple),
    time_zone=texts,
    fields=st.lists(booking_fields, max_size=3).map(tuple),
    needs_confirmation=st.booleans(),
    seats=st.integers(),
    price=st.integers(),
    recurring=st.booleans(),
    verifies_email=st.booleans(),
    cancelling_disabled=st.booleans(),
    rescheduling_disabled=st.booleans(),
    notice_minutes=st.integers(),
    scheduling=texts,
)


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json.dumps(document))
    return loaded


@given(commands)
def test_a_command_comes_back_as_it_was(command: Command) -> None:
    assert command_from_json(through_json(command_to_json(command))) == command


@given(finals)
def test_a_final_answer_comes_back_as_it_was(final: Final) -> None:
    assert final_from_json(through_json(final_to_json(final))) == final


@given(event_types)
def test_an_event_type_comes_back_as_it_was(event_type: EventType) -> None:
    assert event_type_from_json(through_json(event_type_to_json(event_type))) == event_type


def test_the_stored_form_of_a_booking_is_this_one() -> None:
    command = Book(
        attendee=Attendee(name="Ann", email="a@example.org"), starts_at=datetime(2026, 11, 26, 14, tzinfo=UTC)
    )
    assert command_to_json(command) == {
        "action": "book",
        "attendee": {"name": "Ann", "email": "a@example.org", "phone": "", "time_zone": "UTC", "language": "en"},
        "starts_at": "2026-11-26T14:00:00+00:00",
        "notes": "",
        "call_session_id": "",
    }


def test_the_stored_form_of_a_final_answer_is_this_one() -> None:
    final = Final(result=Result.SLOT_TAKEN, openings=(datetime(2026, 11, 26, 15, 30, tzinfo=UTC),), detail="409")
    assert final_to_json(final) == {
        "result": "slot_taken",
        "starts_at": None,
        "openings": ["2026-11-26T15:30:00+00:00"],
        "detail": "409",
        "appointment_id": "",
    }


def test_what_another_release_adds_or_leaves_out_does_not_matter() -> None:
    assert final_from_json({"result": "booked", "mood": "good"}) == Final(result=Result.BOOKED)
    assert command_from_json({"action": "cancel", "appointment_id": "a", "x": 1}) == Cancel(appointment_id="a")
    assert event_type_from_json({"id": 1, "slug": "s", "title": "t", "length_minutes": 30, "y": []}) == EventType(
        id=1, slug="s", title="t", length_minutes=30
    )


def test_an_action_that_is_no_write_is_not_read_as_a_command() -> None:
    with pytest.raises(ValueError, match="suggest"):
        command_from_json({"action": "suggest"})
