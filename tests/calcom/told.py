"""Outcomes in short words, so that tables of expectations stay readable."""

from __future__ import annotations

from app.domain.outcomes import Failed, Moved, Outcome, RetryLater, SlotUnavailable, Succeeded, Unknown


def told(outcome: Outcome) -> str:
    match outcome:
        case Succeeded(booking=booking):
            return f"succeeded {booking.uid}"
        case SlotUnavailable(result=result):
            return f"slot {result}"
        case RetryLater(wait=None, counts=True):
            return "retry"
        case RetryLater(wait=wait, counts=counts):
            return f"retry after {wait:g}" + ("" if counts else ", not counted")
        case Unknown():
            return "unknown"
        case Moved(uid=uid):
            return f"moved {uid}"
        case Failed(result=result):
            return f"failed {result}"
