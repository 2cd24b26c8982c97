"""Compares an answer of the stand-in with a recorded one: everything, except what time and chance decide."""

import re
from collections.abc import Mapping
from typing import Any

UID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{22}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Compared by type only: numbers and moments that differ from run to run.
BY_CHANCE = frozenset(
    (
        "id",
        "createdAt",
        "updatedAt",
        "timestamp",
        "icsUid",
        "iCalUID",
        "reservationUntil",
        "bookingId",
        "rescheduleId",
        "oneTimePassword",
        "bookerUrl",
    )
)
UID_KEYS = frozenset(
    (
        "uid",
        "seatUid",
        "reservationUid",
        "rescheduledFromUid",
        "rescheduledToUid",
        "recurringBookingUid",
        "rescheduleUid",
        "attendeeSeatId",
        "fromReschedule",
    )
)
RATE = ("x-ratelimit-limit-default", "x-ratelimit-remaining-default", "x-ratelimit-reset-default")


class Uids:
    """Which recorded identifier is which of ours, learnt as they appear."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}

    def learn(self, recorded: str, ours: str) -> None:
        self._ours.setdefault(recorded, ours)

    def translate(self, text: str) -> str:
        for recorded, ours in self._ours.items():
            text = text.replace(recorded, ours)
        return text

    def same(self, recorded: str, ours: str) -> bool:
        self.learn(recorded, ours)
        return self._ours[recorded] == ours


def differences(
    recorded: Any, ours: Any, uids: Uids, where: str = "", *, loose: frozenset[str] = frozenset()
) -> list[str]:
    """What differs, as readable lines. Paths in `loose` are compared by type only."""
    if where in loose or where.rsplit(".", 1)[-1] in loose:
        return _types(recorded, ours, where)
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return _dicts(recorded, ours, uids, where, loose)
    if isinstance(recorded, list) and isinstance(ours, list):
        return _lists(recorded, ours, uids, where, loose)
    key = where.rsplit(".", 1)[-1]
    if key in BY_CHANCE:
        return _types(recorded, ours, where)
    if isinstance(recorded, str) and isinstance(ours, str):
        if key in UID_KEYS and UID.fullmatch(recorded):
            return [] if uids.same(recorded, ours) else [f"{where}: another uid"]
        recorded = uids.translate(recorded)
    return [] if recorded == ours else [f"{where}: {recorded!r} recorded, {ours!r} here"]


def _types(recorded: Any, ours: Any, where: str) -> list[str]:
    return (
        []
        if type(ours) is type(recorded)
        else [f"{where}: {type(recorded).__name__} recorded, {type(ours).__name__} here"]
    )


def _dicts(
    recorded: Mapping[str, Any], ours: Mapping[str, Any], uids: Uids, where: str, loose: frozenset[str]
) -> list[str]:
    wrong = [f"{where}.{key}: missing here" for key in recorded if key not in ours]
    wrong += [f"{where}.{key}: not recorded" for key in ours if key not in recorded]
    for key in recorded:
        if key in ours:
            wrong += differences(recorded[key], ours[key], uids, f"{where}.{key}", loose=loose)
    return wrong


def _lists(recorded: list[Any], ours: list[Any], uids: Uids, where: str, loose: frozenset[str]) -> list[str]:
    if len(recorded) != len(ours):
        return [f"{where}: {len(recorded)} items recorded, {len(ours)} here"]
    pairs = zip(_settled(recorded), _settled(ours), strict=True)
    return [line for n, (a, b) in enumerate(pairs) for line in differences(a, b, uids, f"{where}[{n}]", loose=loose)]


def _settled(items: list[Any]) -> list[Any]:
    """Bookings of one start come in any order from the real database; event types too."""
    if items and all(isinstance(item, dict) and {"start", "attendees"} <= item.keys() for item in items):
        return sorted(items, key=lambda b: (b["start"], [a["email"] for a in b["attendees"]], b["status"]))
    if items and all(isinstance(item, dict) and {"slug", "lengthInMinutes"} <= item.keys() for item in items):
        return sorted(items, key=lambda t: str(t["slug"]))
    return items


def header_differences(recorded: Mapping[str, str], ours: Mapping[str, str], *, exact: bool) -> list[str]:
    wrong = []
    for name in (*RATE, "content-type"):
        if (name in recorded) != (name in ours):
            wrong.append(f"header {name}: {'missing here' if name in recorded else 'not recorded'}")
        elif name in recorded and (exact or name in (RATE[0], "content-type")) and recorded[name] != ours[name]:
            wrong.append(f"header {name}: {recorded[name]!r} recorded, {ours[name]!r} here")
    return wrong


def shape(value: Any, where: str = "") -> list[str]:
    """Key paths with types; of a list only the first item."""
    if isinstance(value, dict):
        return [line for key in sorted(value) for line in shape(value[key], f"{where}.{key}" if where else key)]
    if isinstance(value, list):
        return shape(value[0], f"{where}[]") if value else [f"{where}[]"]
    kind = {bool: "boolean", int: "number", float: "number", str: "text", type(None): "null"}[type(value)]
    return [f"{where} {kind}"]


def message_of(body: Any) -> str | None:
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    return error.get("message") if isinstance(error, dict) else body.get("message")
