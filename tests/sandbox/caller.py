"""A small client for the stand-in's own tests: every call on one kept-alive connection, with the right version."""

from typing import Any

import requests

from tests.support.sandbox import RIVERA

VERSIONS = {"bookings": "2024-08-13", "slots": "2024-09-04", "event-types": "2024-06-14", "schedules": "2024-06-11"}
# A Tuesday far enough ahead to be bookable for years to come.
DAY = "2035-05-15"


class Caller:
    def __init__(self, url: str, key: str | None = RIVERA) -> None:
        self._url = url
        self._key = key
        self._session = requests.Session()

    def __call__(
        self, method: str, path: str, body: Any = None, fault: str | None = None, timeout: float = 20, **query: Any
    ) -> requests.Response:
        headers = {"cal-api-version": VERSIONS.get(path.split("/")[2], "")}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        if fault is not None:
            headers["X-Sandbox-Fault"] = fault
        url = f"{self._url}{path}"
        return self._session.request(method, url, json=body, headers=headers, params=query, timeout=timeout)

    def book(
        self, at: str = "15:00", event_type: int = 101, fault: str | None = None, **more: Any
    ) -> requests.Response:
        return self("POST", "/v2/bookings", booking(at, event_type, **more), fault)

    def uid(self, at: str = "15:00", event_type: int = 101) -> str:
        return str(self.book(at, event_type).json()["data"]["uid"])

    def slots(self, event_type: int = 101, fault: str | None = None) -> list[str]:
        answer = self("GET", "/v2/slots", fault=fault, eventTypeId=event_type, start=DAY, end=DAY)
        return [slot["start"][11:16] for day in answer.json()["data"].values() for slot in day]

    def listed(self, fault: str | None = None) -> list[dict[str, Any]]:
        return list(self("GET", "/v2/bookings", fault=fault).json()["data"])


def booking(at: str, event_type: int = 101, email: str = "jane@example.com", **more: Any) -> dict[str, Any]:
    attendee = {"name": "Jane Doe", "email": email, "timeZone": "America/New_York"}
    return {"start": f"{DAY}T{at}:00Z", "eventTypeId": event_type, "attendee": attendee, **more}
