"""Notes what was asked of Cal.com for the record of an attempt, without anything that is nobody's business."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from app.calcom.calls import Call
from app.domain.outcomes import HIDDEN, Asked, Outcome

SHOWN = frozenset(
    {
        "start",
        "end",
        "eventTypeId",
        "status",
        "afterStart",
        "beforeEnd",
        "afterCreatedAt",
        "afterUpdatedAt",
        "beforeUpdatedAt",
        "take",
        "skip",
    }
)
"""Fields whose value is written down. Of all others, and of what stands inside a field, only the names are."""


def asked(call: Call) -> Asked:
    path = call.path.replace(quote(call.uid, safe=""), "{uid}") if call.uid else call.path
    return Asked(method=call.method, path=path, query=_fields(call.query), body=_fields(call.body or {}))


def noted(outcome: Outcome, call: Call, *, began: float) -> Outcome:
    """The outcome of a call that began at that `time.monotonic()`, with the call in its trace."""
    duration_ms = round((time.monotonic() - began) * 1000)
    return replace(outcome, trace=replace(outcome.trace, request=asked(call), duration_ms=duration_ms))


def _fields(given: Mapping[str, object]) -> dict[str, Any]:
    return {name: value if name in SHOWN else _hidden(value) for name, value in given.items()}


def _hidden(value: object) -> Any:
    return {name: _hidden(inner) for name, inner in value.items()} if isinstance(value, Mapping) else HIDDEN
