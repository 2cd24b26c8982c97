"""Keeps attendee data and secrets out of log lines: by the name of the key, and by what texts look like."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

HIDDEN = "[hidden]"

# fmt: off
PRIVATE_WORDS = frozenset((
    "attendee", "authorization", "body", "contact", "cookie", "email", "guest", "key", "mail", "mobile", "name", "note",
    "password", "payload", "phone", "reason", "secret", "signature", "token",
))
# fmt: on
"""A key with one of these words, or its plural, in it (`attendee_email`, `secret_keys`) never shows its value."""

PUBLIC_KEYS = frozenset({"agent_name", "api_key_id", "queue_name", "task_name", "thread_name"})

DEEPEST = 6  # levels of nesting before a value is shown as a text only

ATOM = r"""[^\s"<>(),;:\[\]\\@]"""

PATTERNS = (
    (re.compile(r"\b(DETAIL|Failing row contains|Key \([^)]*\)=).*", re.DOTALL), "[row]"),
    (re.compile(rf"(?<!{ATOM}){ATOM}++@(?=[^.@\s]+\.){ATOM}+"), "[email]"),
    (re.compile(r"(?<=//)[^/\s@]*@"), "[login]@"),
    (re.compile(r"\bBearer\s+\S+", re.IGNORECASE), "Bearer [key]"),
    (re.compile(r"(?:cal|rbk)_[A-Za-z0-9_-]+"), "[key]"),
    (re.compile(r"(?:\+|(?<![\w:.])00)[\s.()/-]*(?:\d[\s.()/-]*){6,}\d"), "[phone]"),
    (re.compile(r"\(?\b\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b"), "[phone]"),
    (re.compile(r"(?<![\w.-])\d{9,15}(?![\w-])"), "[phone]"),
)
"""Rows in PostgreSQL's error texts, e-mail addresses, logins inside URLs, bearer tokens, Cal.com keys and our own,
phone numbers with and without country code.

Each is linear in the length of the text: a log line must not be a way to stall a process."""


SUSPECT = re.compile(r"@|(?:\d[\s.()/-]*){6}\d|//|bearer|(?:cal|rbk)_|DETAIL|Failing|Key \(", re.IGNORECASE)
"""Every pattern needs one of these: most texts of a log line have none, and are let through by one look."""


def scrub(text: str) -> str:
    """The text without anything that looks like a person's address or number, or like a key."""
    if not SUSPECT.search(text):
        return text
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, the last before rendering: exception texts are in the event by then."""
    return {key: _clean(key, value, 0) for key, value in event.items()}


def _clean(key: str, value: object, depth: int) -> object:
    if is_private(key) and value not in (None, "", 0):
        return HIDDEN
    return _clean_value(value, depth)


def _clean_value(value: object, depth: int) -> object:
    if isinstance(value, str):
        return scrub(value)
    if value is None or isinstance(value, int | float):
        return value
    if depth < DEEPEST:
        if isinstance(value, Mapping):
            return {scrub(str(key)): _clean(str(key), inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [_clean_value(inner, depth + 1) for inner in value]
    return scrub(str(value))


@lru_cache(maxsize=1024)
def is_private(key: str) -> bool:
    """Whether a key's name says that its value is nobody's business."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", key)
    return key not in PUBLIC_KEYS and not PRIVATE_WORDS.isdisjoint(word.lower().removesuffix("s") for word in words)
