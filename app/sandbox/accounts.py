"""Who the key belongs to, and the working hours of that user."""

from typing import Any

from app.sandbox.calls import Answer, Inquiry, success
from app.sandbox.sandbox import Sandbox
from app.sandbox.world import User


def read_me(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    user = inquiry.me()
    return success(
        {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "avatarUrl": None,
            "bio": None,
            "timeFormat": 12,
            "defaultScheduleId": user.schedule_id,
            "weekStart": "Monday",
            "timeZone": user.time_zone,
            "username": user.username,
            "organizationId": None,
        }
    )


def read_default_schedule(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    return success(_schedule_out(inquiry.me()))


def list_schedules(sandbox: Sandbox, inquiry: Inquiry) -> Answer:
    return success([_schedule_out(inquiry.me())])


def _schedule_out(user: User) -> dict[str, Any]:
    return {
        "id": user.schedule_id,
        "ownerId": user.id,
        "name": "Working hours",
        "timeZone": user.time_zone,
        "availability": [{"days": list(h.days), "startTime": h.start, "endTime": h.end} for h in user.hours],
        "isDefault": True,
        "overrides": [],
    }
