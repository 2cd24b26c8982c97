"""What a caller asks for in headers: how long to wait, under which key, and always with status 200."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.http import parse_list_header

from app.domain.answers import LONGEST_WAIT, SHORTEST_WAIT, Result
from app.domain.errors import RefusedError

MAX_KEY = 255

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_PRINTABLE = re.compile(r"[ -~]{1,255}")


@dataclass(frozen=True, slots=True)
class Preference:
    """`wait` in seconds, None for the agent's own; `applied` is what Preference-Applied then says, if anything."""

    wait: float | None = None
    applied: str = ""


def read_preference(header: str | None, *, may_defer: bool) -> Preference:
    """Read `Prefer` (RFC 7240): `wait=N`, `respond-async`; the first of each counts, what cannot be read is ignored.

    With both, the wait holds: the RFC reads it as "answer within N seconds, and asynchronously if that fails".
    Without `may_defer` there is nothing to come back for, and `respond-async` is ignored.
    """
    wishes: dict[str, str] = {}
    for item in parse_list_header(header or ""):
        name, _, value = item.partition(";")[0].partition("=")
        wishes.setdefault(name.strip().lower(), value.strip().strip('"'))
    applied = ["respond-async"] if may_defer and "respond-async" in wishes else []
    if _SECONDS.fullmatch(wishes.get("wait", "")):
        wait = min(max(float(wishes["wait"]), SHORTEST_WAIT), LONGEST_WAIT)
        return Preference(wait, ", ".join([*applied, f"wait={wait:g}"]))
    return Preference(0.0, "respond-async") if applied else Preference()


def is_key(value: object) -> bool:
    """True for what may serve as an idempotency key: 1 to 255 printable ASCII characters."""
    return isinstance(value, str) and _PRINTABLE.fullmatch(value) is not None and bool(value.strip())


def read_idempotency_key(header: str | None) -> str:
    """The key of the request, empty if there is none or a blank. Raises RefusedError for one that cannot be a key."""
    if header is None or not header.strip(" "):
        return ""
    if not is_key(header):
        reason = f"must be 1 to {MAX_KEY} printable characters"
        raise RefusedError(Result.INVALID, fields={"Idempotency-Key": reason})
    return header.strip()


def wants_always_200(header: str | None) -> bool:
    """True for `X-Always-200: true`: voice platforms throw away the body of any other status."""
    return (header or "").strip().lower() in {"true", "1"}
