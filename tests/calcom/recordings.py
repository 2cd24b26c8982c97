"""Recorded answers of a real Cal.com server, where the folder that holds them is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.calcom.calls import Operation
from app.calcom.transport import Reply

FOLDER = Path(__file__).parents[3] / "shared" / "calcom" / "recordings"

OPERATIONS = (
    ("POST", r"/v2/bookings/?", Operation.BOOK),
    ("POST", r"/v2/bookings/([\w-]+)/reschedule", Operation.MOVE),
    ("POST", r"/v2/bookings/([\w-]+)/cancel", Operation.CANCEL),
    ("GET", r"/v2/bookings/([\w-]+)", Operation.BOOKING),
    ("GET", r"/v2/bookings/?", Operation.BOOKINGS),
    ("GET", r"/v2/slots/?", Operation.OPENINGS),
    ("GET", r"/v2/event-types/(\w+)", Operation.EVENT_TYPE),
    ("GET", r"/v2/schedules/(\w+)", Operation.SCHEDULE),
    ("GET", r"/v2/me/?", Operation.OWNER),
)


@dataclass(frozen=True)
class Recorded:
    name: str
    operation: Operation
    uid: str
    version: str
    query: dict[str, Any]
    reply: Reply


def recorded() -> Iterator[Recorded]:
    """Every answer to a request that this client makes; `name` is the file, with #n where it holds several."""
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        requests = content.get("requests") or [content["request"]]
        responses = content.get("responses") or [content.get("response")]
        for number, response in enumerate(responses):
            request = requests[min(number, len(requests) - 1)]
            known = _operation(request) if response else None
            if known:
                name = path.stem + (f"#{number}" if len(responses) > 1 else "")
                reply = Reply(status=response["status"], headers=response["headers"], body=response["body"])
                version = request["headers"].get("cal-api-version", "")
                yield Recorded(name, *known, version, request.get("query") or {}, reply)


def answer(stem: str) -> Reply:
    return next(one.reply for one in recorded() if one.name == stem)


def _operation(request: dict[str, Any]) -> tuple[Operation, str] | None:
    for method, pattern, operation in OPERATIONS:
        found = re.fullmatch(pattern, request["path"])
        if found and method == request["method"]:
            return operation, found[1] if found.groups() else ""
    return None
