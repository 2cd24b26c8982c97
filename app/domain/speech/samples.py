"""One example of every sentence, for people who want to read or hear them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.answers import OR_EMAIL_REQUIRED, OR_PHONE_REQUIRED, REQUIRED, Answer, ListedAppointment, Result
from app.domain.appointments import Action, Attendee
from app.domain.speech.sentences import sentence

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
"""A Friday, eleven in the morning in New York."""

_START = datetime(2026, 3, 21, 18, 0, tzinfo=UTC)
_OPENINGS = (_START + timedelta(minutes=30), _START + timedelta(hours=1), _START + timedelta(days=1, hours=-4))
_MANY = tuple(_START + timedelta(minutes=30 * half) for half in (1, 2, 3, 4, 48, 49))
_MIDNIGHT = datetime(2026, 3, 22, 4, 0, tzinfo=UTC)
_CHANGES = (Action.BOOK, Action.RESCHEDULE)
_WRITES = (Action.BOOK, Action.RESCHEDULE, Action.CANCEL)
_TO_EXISTING = (Action.RESCHEDULE, Action.CANCEL)
_READS = (Action.SUGGEST, Action.AVAILABILITY)
_ALL = tuple(Action)

ACTIONS: dict[Result, tuple[Action, ...]] = {
    Result.BOOKED: _CHANGES,
    Result.REQUESTED: _CHANGES,
    Result.CANCELLED: (Action.CANCEL,),
    Result.OPENINGS: _READS,
    Result.NO_OPENINGS: _READS,
    Result.LISTED: (Action.LIST,),
    Result.NONE_LISTED: (Action.LIST,),
    Result.CONFIRMING: _WRITES,
    Result.SLOT_TAKEN: _CHANGES,
    Result.SLOT_NOT_OFFERED: _CHANGES,
    Result.SLOT_PAST: _CHANGES,
    Result.LIMIT_REACHED: _CHANGES,
    Result.TIME_SKIPPED: _CHANGES,
    Result.TIME_PAST: _CHANGES,
    Result.EMAIL_NEEDED: (Action.BOOK,),
    Result.PHONE_NEEDED: (Action.BOOK,),
    Result.NOT_BOOKABLE: (Action.BOOK,),
    Result.UNKNOWN_APPOINTMENT: _TO_EXISTING,
    Result.ALREADY_CANCELLED: _TO_EXISTING,
    Result.ALREADY_OVER: _TO_EXISTING,
    Result.NOT_CANCELLABLE: _TO_EXISTING,
    Result.PERSON_LIMIT: _CHANGES,
    Result.UPSTREAM_REFUSED: (*_WRITES, Action.SUGGEST),
    Result.UPSTREAM_DOWN: (*_WRITES, Action.SUGGEST),
    Result.OUTCOME_UNKNOWN: _WRITES,
    Result.DISCARDED: _WRITES,
    Result.KEY_REUSED: _WRITES,
    Result.NOT_VERIFIED: (Action.LIST,),
}
"""The actions a result belongs to; one that is not here can come to any action, with the same sentence."""


def samples(language: str) -> Iterator[tuple[str, str]]:
    """Pairs of a case such as "book / slot_taken" and the sentence said then, always of the same example."""
    for result in Result:
        for action in ACTIONS.get(result, (None,)):
            for note, changes in _cases(result):
                answer = _answer(result, action, language, changes)
                yield f"{action or 'any'} / {result}{note}", sentence(answer, NOW)


def _answer(result: Result, action: Action | None, language: str, changes: dict[str, Any]) -> Answer:
    example = Answer(
        result=result,
        action=action,
        zone="America/New_York",
        language=language,
        agent_name="Dr. Rivera",
        starts_at=None if action in _READS else _START,
        openings=_OPENINGS,
        days_ahead=7,
    )
    return replace(example, **changes)


def _cases(result: Result) -> list[tuple[str, dict[str, Any]]]:
    """The case as it usually comes, and those in which a result is said otherwise."""
    match result:
        case Result.BOOKED:
            return [
                ("", {}),
                (", no name", {"agent_name": ""}),
                (", far ahead", {"starts_at": NOW + timedelta(days=256)}),
            ]
        case Result.OPENINGS:
            return [
                ("", {}),
                (", one", {"openings": _OPENINGS[:1]}),
                (", many", {"openings": _MANY}),
                (", many on one day", {"openings": _MANY[:4]}),
                (", after midnight", {"openings": (_MIDNIGHT, _MIDNIGHT + timedelta(minutes=30))}),
            ]
        case Result.NO_OPENINGS:
            return [("", {"openings": ()}), (", as far as may be", {"openings": (), "days_ahead": 30})]
        case Result.SLOT_TAKEN:
            return [("", {}), (", one", {"openings": _OPENINGS[:1]}), (", none", {"openings": ()})]
        case Result.TIME_SKIPPED:
            return [("", {"starts_at": None, "openings": (_SKIPPED, _SKIPPED + timedelta(hours=1))})]
        case Result.TIME_PAST:
            return [("", {"starts_at": None}), (", known", {"starts_at": NOW - timedelta(days=365)})]
        case Result.LISTED:
            return [(f", {count}", {"appointments": _listed(count)}) for count in (1, 2, 5)]
        case Result.INVALID:
            return [(f", {', '.join(fields)}", {"fields": fields}) for fields in _FAULTS]
        case Result.RATE_LIMITED | Result.OVERLOADED:
            return [(f", {wait} s", {"retry_after": wait}) for wait in (5, 30, 300)] + [("", {})]
        case _:
            return [("", {})]


_SKIPPED = datetime(2027, 3, 14, 6, 30, tzinfo=UTC)
_FAULTS: tuple[dict[str, str], ...] = (
    {"name": REQUIRED, "email": OR_PHONE_REQUIRED, "phone": OR_EMAIL_REQUIRED},
    {"appointment_id": REQUIRED, "appointment_datetime": REQUIRED},
    {"email": "is not a complete email address"},
    {"name": REQUIRED, "appointment_datetime": "must be an ISO 8601 date and time"},
    {"agent_id": "must be a UUID", "org_id": REQUIRED},
)


def _listed(count: int) -> tuple[ListedAppointment, ...]:
    return tuple(
        ListedAppointment(
            appointment_id=f"appt_{number}",
            starts_at=_START + timedelta(days=2 * number),
            status="pending" if number == 1 else "accepted",
            attendee=Attendee(name="Ana Lima", phone="+14155550123"),
        )
        for number in range(count)
    )
