"""The desk of the plain direct client, reached over HTTP as a voice platform reaches a tool."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests

from tests.bench.centre.desks import Person, Said, Told

PLATFORM_TIMEOUT = 20.0
"""Seconds a voice platform gives a tool."""


class DirectDesk:
    def __init__(self, url: str) -> None:
        self._url = url

    def suggest(self, wish: datetime) -> tuple[datetime, ...] | None:
        answer = self._post("/suggest", wish=wish.isoformat())
        return tuple(map(datetime.fromisoformat, answer["times"])) if answer.get("ok") else None

    def book(self, person: Person, at: datetime) -> Said:
        return self._said(self._post("/book", name=person.name, email=person.email, at=at.isoformat()))

    def move(self, person: Person, handle: str, at: datetime) -> Said:
        return self._said(self._post("/move", uid=handle, at=at.isoformat()))

    def cancel(self, person: Person, handle: str) -> Said:
        return self._said(self._post("/cancel", uid=handle))

    def ask_again(self, said: Said) -> Said:
        return said  # it never leaves anything open

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        try:
            return dict(requests.post(self._url + path, json=body, timeout=PLATFORM_TIMEOUT).json())
        except (requests.RequestException, ValueError):
            return {}

    def _said(self, answer: dict[str, Any]) -> Said:
        return Said(Told(answer.get("told", "failed")), answer.get("uid", ""))
