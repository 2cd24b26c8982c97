"""What callers live through, over real HTTP with a real worker, on both databases."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from app.domain.directory import Agent
from app.domain.jobs import Status
from app.domain.stores import JobFilter
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow
NEW_YORK = ZoneInfo("America/New_York")
CALLER: dict[str, Any] = {"name": "Jane Doe", "email": "jane@example.com"}
_half_hours = count()


def free_time() -> str:
    """A time nobody has asked for yet: every half hour from 9 to 5, Mondays to Saturdays, New York time."""
    number = next(_half_hours)
    day = datetime.now(NEW_YORK).date() + timedelta(days=2)
    while number >= 16 or day.weekday() == 6:
        number -= 16 if day.weekday() != 6 else 0
        day += timedelta(days=1)
    start = datetime(day.year, day.month, day.day, 9, tzinfo=NEW_YORK) + timedelta(minutes=30 * number)
    return start.isoformat(timespec="minutes")


def utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def live(sandbox: SandboxProcess, start: str) -> list[dict[str, object]]:
    wanted = datetime.fromisoformat(start)
    return [
        booking
        for booking in sandbox.bookings("accepted", "pending")
        if datetime.fromisoformat(str(booking["start"])) == wanted
    ]


def test_book_move_three_times_and_cancel_with_the_first_id(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    first = free_time()
    booked = stack.manage(agent, action="book", appointment_datetime=first, **CALLER)

    assert booked.status_code == 200, booked.text
    data = booked.json()["data"]
    assert data["summary"] == "Appointment confirmed"
    assert data["date_time"] == utc(first)
    assert len(live(calm, first)) == 1

    appointment_id = data["appointment_id"]
    for _ in range(3):
        wanted = free_time()
        moved = stack.manage(agent, action="reschedule", appointment_id=appointment_id, appointment_datetime=wanted)
        assert moved.status_code == 200, moved.text
        assert moved.json()["data"]["appointment_id"] == appointment_id
        assert moved.json()["data"]["date_time"] == utc(wanted)
        assert len(live(calm, wanted)) == 1
    cancelled = stack.manage(agent, action="cancel", appointment_id=appointment_id)

    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["data"]["appointment_id"] == appointment_id
    assert live(calm, wanted) == []


def test_a_taken_slot_is_refused_with_real_alternatives(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    wanted = free_time()
    stack.manage(agent, action="book", appointment_datetime=wanted, **CALLER)

    refused = stack.manage(
        agent, action="book", appointment_datetime=wanted, name="John Roe", phone="+14157774444", email="j@example.com"
    )

    assert refused.status_code == 422, refused.text
    error = refused.json()["error"]
    assert error["code"] == "SLOT_UNAVAILABLE"
    assert error["details"]["action_required"] == "reschedule"
    assert error["details"]["available_slots"]
    assert len(live(calm, wanted)) == 1


def test_a_slow_cal_com_is_answered_in_time_and_polled_to_the_end(
    stack: Stack, agent: Agent, calm: SandboxProcess
) -> None:
    calm.latency(writes=2.5)
    wanted = free_time()

    asked = stack.manage(agent, {"Prefer": "wait=0.5"}, action="book", appointment_datetime=wanted, **CALLER)

    assert asked.status_code == 202, asked.text
    data = asked.json()["data"]
    assert data["summary"] == "Still confirming"
    assert data["success"] is False
    final = stack.poll(data["status_url"])
    assert final["status"] == "succeeded"
    assert final["answer"]["data"]["date_time"] == utc(wanted)


def test_asking_again_attaches_to_the_running_job(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    calm.latency(writes=2.0)
    wanted = free_time()
    fields: dict[str, Any] = {"action": "book", "appointment_datetime": wanted, "call_session_id": "call-7", **CALLER}

    first = stack.manage(agent, {"Prefer": "respond-async"}, **fields)
    second = stack.manage(agent, **fields)

    assert first.status_code == 202
    assert second.status_code == 200, second.text
    assert len(live(calm, wanted)) == 1
    third = stack.manage(agent, **fields)
    assert third.headers["Idempotency-Replayed"] == "true"
    assert third.json()["data"]["appointment_id"] == second.json()["data"]["appointment_id"]


def test_a_booking_whose_answer_was_lost_is_found_and_not_repeated(
    stack: Stack, agent: Agent, calm: SandboxProcess
) -> None:
    calm.faults([{"fault": "cut_after_commit", "match": {"method": "POST"}, "times": 1}])
    wanted = free_time()

    booked = stack.manage(agent, action="book", appointment_datetime=wanted, **CALLER)

    assert booked.status_code == 200, booked.text
    assert len(live(calm, wanted)) == 1


def test_suggest_and_availability_tell_what_cal_com_has(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    everything = stack.manage(agent, action="availability", days_ahead=3).json()
    few = stack.manage(agent, action="suggest", days_ahead=3).json()

    offered = {(day["date"], slot) for day in everything["data"]["available_slots"] for slot in day["slots"]}
    suggested = {(day["date"], slot) for day in few["data"]["available_slots"] for slot in day["slots"]}
    assert offered
    assert 1 <= len(suggested) <= 3
    assert suggested <= offered


def test_an_event_type_that_needs_confirmation_says_requested(stack: Stack, calm: SandboxProcess) -> None:
    careful = stack.add_agent(102)

    asked = stack.manage(careful, action="book", appointment_datetime=free_time(), **CALLER)

    assert asked.status_code == 200, asked.text
    assert asked.json()["data"]["summary"] == "Awaiting confirmation"
    assert "booked" not in asked.json()["message"].lower()


def test_with_redis_gone_requests_are_accepted_and_booked_when_it_is_back(
    stack: Stack, agent: Agent, calm: SandboxProcess, journey_valkey: ValkeyServer
) -> None:
    journey_valkey.kill()
    wanted = free_time()
    try:
        asked = stack.manage(agent, {"Prefer": "wait=2"}, action="book", appointment_datetime=wanted, **CALLER)
    finally:
        journey_valkey.start()

    assert asked.status_code == 202, asked.text
    final = stack.poll(asked.json()["data"]["status_url"], wait=40)
    assert final["status"] == "succeeded"
    assert len(live(calm, wanted)) == 1


def test_a_killed_worker_is_followed_by_another(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    calm.latency(writes=3.0)
    wanted = free_time()
    asked = stack.manage(agent, {"Prefer": "respond-async"}, action="book", appointment_datetime=wanted, **CALLER)
    status_url = asked.json()["data"]["status_url"]
    eventually(lambda: requests.get(status_url, timeout=5).json()["data"]["status"] == "running")

    stack.kill("worker")
    stack.start("worker")

    final = stack.poll(status_url, wait=60)
    assert final["status"] == "succeeded"
    assert len(live(calm, wanted)) == 1


def writes_seen(sandbox: SandboxProcess) -> int:
    return sum(entry["method"] == "POST" for entry in sandbox.journal("request"))


def test_a_worker_that_is_asked_to_stop_finishes_what_it_sent(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    calm.latency(writes=2.0)
    wanted, before = free_time(), writes_seen(calm)
    asked = stack.manage(agent, {"Prefer": "respond-async"}, action="book", appointment_datetime=wanted, **CALLER)
    status_url = asked.json()["data"]["status_url"]
    eventually(lambda: writes_seen(calm) > before, within=20)  # a job that is not sent yet would be handed back

    stack.kill("worker", signal.SIGTERM)

    assert requests.get(status_url, timeout=5).json()["data"]["status"] == "succeeded"
    assert len(live(calm, wanted)) == 1
    stack.start("worker")


def test_a_web_server_that_is_asked_to_stop_answers_who_waits(stack: Stack, agent: Agent, calm: SandboxProcess) -> None:
    calm.latency(writes=2.0)
    with ThreadPoolExecutor(1) as caller:
        waiting = caller.submit(
            stack.manage, agent, {"Prefer": "wait=25"}, action="book", appointment_datetime=free_time(), **CALLER
        )
        eventually(lambda: stack.operators.list_jobs(JobFilter(status=Status.RUNNING)), within=30)

        stack.kill("web", signal.SIGTERM)

        assert waiting.result(timeout=30).status_code == 200
    stack.start("web")
