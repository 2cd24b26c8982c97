"""The calendar the call centre books in: one host, one key, a quarter of an hour for each caller."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.sandbox.world import DEFAULT_WORLD

KEY, EVENT_TYPE, HOST = "cal_sandbox_centre", 900, 190
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
OPENS = 6


def write_world(directory: Path) -> Path:
    """Open from 6 to 22 UTC on every day: 64 appointments a day."""
    world = json.loads(DEFAULT_WORLD.read_text(encoding="utf-8"))
    hours = {"days": DAYS, "startTime": f"{OPENS:02}:00", "endTime": "22:00"}
    host = {"id": HOST, "username": "centre", "name": "Centre", "email": "centre@host.example.com", "timeZone": "UTC"}
    world["users"].append(host | {"schedule": {"id": 290, "availability": [hours]}})
    world["keys"].append({"key": KEY, "userId": HOST})
    world["eventTypes"].append(
        {"id": EVENT_TYPE, "ownerId": HOST, "slug": "call", "title": "Call", "lengthInMinutes": 15}
    )
    path = directory / "world.json"
    path.write_text(json.dumps(world), encoding="utf-8")
    return path


def first_day() -> datetime:
    """The day after tomorrow, when the calendar opens."""
    return datetime.now(UTC).replace(hour=OPENS, minute=0, second=0, microsecond=0) + timedelta(days=2)
