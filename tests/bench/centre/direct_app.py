"""The plain direct client, as tutorials for voice agents write it: Flask and requests, no queue, no cache, no memory.

Served with Ringbook's own gunicorn settings. It handles what such code handles: the status, and a time that is taken.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import requests
from flask import Flask, Response, jsonify, request

BASE = os.environ["DIRECT_BASE"]  # noqa: TID251 - given by the suite alone
KEY = os.environ["DIRECT_KEY"]  # noqa: TID251
EVENT_TYPE = int(os.environ["DIRECT_EVENT_TYPE"])  # noqa: TID251
BOOKINGS, SLOTS = "2024-08-13", "2024-09-04"
TIMEOUT = 10
OFFERED = 3

app = Flask(__name__)


def headers(version: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}", "cal-api-version": version}


@app.get("/readyz")
def readyz() -> Response:
    return jsonify(status="ready")


@app.post("/suggest")
def suggest() -> Response:
    wish = datetime.fromisoformat(request.get_json().get("wish") or datetime.now().astimezone().isoformat())
    around = {"start": (wish - timedelta(days=1)).isoformat(), "end": (wish + timedelta(days=1)).isoformat()}
    asked = {**around, "eventTypeId": str(EVENT_TYPE)}
    try:
        answer = requests.get(f"{BASE}/slots", headers=headers(SLOTS), params=asked, timeout=TIMEOUT)
        answer.raise_for_status()
        days: dict[str, list[dict[str, Any]]] = answer.json()["data"]
    except (requests.RequestException, ValueError, KeyError):
        return jsonify(ok=False, message="I could not reach the calendar.")
    starts = [datetime.fromisoformat(slot["start"]) for day in days.values() for slot in day]
    nearest = sorted(starts, key=lambda start: abs(start - wish))[:OFFERED]
    return jsonify(ok=True, times=[start.isoformat() for start in nearest])


@app.post("/book")
def book() -> Response:
    asked = request.get_json()
    attendee = {"name": asked["name"], "email": asked["email"], "timeZone": "America/New_York"}
    return _write("/bookings", {"start": asked["at"], "eventTypeId": EVENT_TYPE, "attendee": attendee})


@app.post("/move")
def move() -> Response:
    asked = request.get_json()
    return _write(f"/bookings/{asked['uid']}/reschedule", {"start": asked["at"], "reschedulingReason": "Asked to"})


@app.post("/cancel")
def cancel() -> Response:
    return _write(f"/bookings/{request.get_json()['uid']}/cancel", {"cancellationReason": "Asked to"})


def _write(path: str, body: dict[str, Any]) -> Response:
    try:
        answer = requests.post(f"{BASE}{path}", headers=headers(BOOKINGS), json=body, timeout=TIMEOUT)
    except requests.RequestException:
        return jsonify(told="failed", message="Something went wrong, I could not do that.")
    if answer.ok:
        return jsonify(told="done", uid=answer.json()["data"]["uid"], message="Done.")
    if "already has booking" in answer.text or answer.status_code == 409:
        return jsonify(told="taken", message="That time is taken.")
    return jsonify(told="failed", message="Something went wrong, I could not do that.")
