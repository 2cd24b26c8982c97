"""Takes out of Cal.com's error texts what must not be kept: keys, booking uids, addresses, numbers."""

from __future__ import annotations

import re

MAX_LENGTH = 200

_SECRETS = (
    (re.compile(r"(access token=|Bearer )\S+"), r"\1…"),
    (re.compile(r"\bcal_\w+"), "cal_…"),
    (re.compile(r"(uid[= ]|existing booking \()[\w-]+"), r"\1…"),
    (re.compile(r"(/bookings/)[\w-]+"), r"\1…"),
    (re.compile(r"[^\s<>\"'(=,;]+@[^\s<>\"'),;]+"), "…@…"),
    (re.compile(r"\+?\d[\d ().-]{6,}\d"), "…"),
)


def scrubbed(text: str, *secrets: str) -> str:
    """One line of at most 200 characters. A uid is a secret too: whoever holds it can read and cancel the booking."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    for pattern, put in _SECRETS:
        text = pattern.sub(put, text)
    line = " ".join(text.split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1] + "…"
