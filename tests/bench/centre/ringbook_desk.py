"""The desk of Ringbook: the manage endpoint, and the status address while something is being confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests

from app.domain.directory import Agent
from tests.bench.centre.desks import Person, Said, Told
from tests.bench.centre.direct_desk import PLATFORM_TIMEOUT
from tests.support.stack import MANAGE


class RingbookDesk:
    def __init__(self, url: str, agent: Agent) -> None:
        self._url = url + MANAGE
        self._who = {"org_id": agent.org_id, "agent_id": agent.id, "timezone": "UTC"}

    def suggest(self, wish: datetime) -> tuple[datetime, ...] | None:
        answer = self._manage(action="suggest", appointment_datetime=wish.isoformat(), days_ahead=1)
        return tuple(_times(answer["data"])) if answer.get("success") else None

    def book(self, person: Person, at: datetime) -> Said:
        when = at.isoformat()
        return self._said(self._manage(action="book", name=person.name, email=person.email, appointment_datetime=when))

    def move(self, person: Person, handle: str, at: datetime) -> Said:
        when = at.isoformat()
        return self._said(self._manage(action="reschedule", appointment_id=handle, appointment_datetime=when))

    def cancel(self, person: Person, handle: str) -> Said:
        return self._said(self._manage(action="cancel", appointment_id=handle))

    def ask_again(self, said: Said) -> Said:
        try:
            answer = requests.get(said.handle, params={"wait": 10}, timeout=PLATFORM_TIMEOUT)
        except requests.RequestException:
            return said
        job = answer.json().get("data") or {}
        if not job.get("final"):
            return said
        return self._said(job["answer"])

    def _manage(self, **fields: Any) -> dict[str, Any]:
        try:
            return dict(requests.post(self._url, json={**self._who, **fields}, timeout=PLATFORM_TIMEOUT).json())
        except (requests.RequestException, ValueError):
            return {}

    def _said(self, answer: dict[str, Any]) -> Said:
        data, error = answer.get("data") or {}, answer.get("error") or {}
        if answer.get("success"):
            return Said(Told.DONE, data["appointment_id"])
        if "status_url" in data:
            return Said(Told.OPEN, data["status_url"])
        if error.get("code") == "SLOT_UNAVAILABLE":
            return Said(Told.TAKEN, openings=tuple(_times(error["details"])))
        return Said(Told.FAILED)


def _times(data: dict[str, Any]) -> Iterator[datetime]:
    """The labels are those of the zone that was asked for."""
    for day in data["available_slots"]:
        for label in day["slots"]:
            clock = datetime.strptime(label, "%I:%M %p" if ":" in label else "%I %p").time()
            yield datetime.combine(datetime.fromisoformat(day["date"]).date(), clock, ZoneInfo("UTC"))
