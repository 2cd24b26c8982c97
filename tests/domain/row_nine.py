"""Row 9 of the contract as a checker: what a spoken sentence may not contain. It knows nothing of how one is made."""

import re
import unicodedata

MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"

FORBIDDEN = {
    "an ISO date": re.compile(r"\d{4}-\d\d|\d\d:\d\d:\d\d|\dT\d"),
    "an offset": re.compile(r"[+-]\d\d:?\d\d"),
    "an id": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|\b(?=\w*\d)(?=\w*[^\W\d])\w{4,}\b"),
    "an underscore name": re.compile(r"\w_\w"),
    "a URL or address": re.compile(r"://|www\.|@|[^\W\d]\.[^\W\d]"),
    "markdown": re.compile(r"[*_`#~<>\[\]{}|\\]|^\s*[-+] |^\s*\d+[.)] "),
    "a zone abbreviation or code": re.compile(r"\b(?!(?:AM|PM)\b)[A-Z]{2,}\b"),
    "two blanks or a blank at an end": re.compile(r"\s\s|^\s|\s$"),
}


def breaks_row_9(text: str) -> list[str]:
    """What is wrong with a sentence; empty if it may be spoken."""
    faults = [f"{what}: {found.group()!r}" for what, rule in FORBIDDEN.items() if (found := rule.search(text))]
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in text):
        faults.append("more than one line, or what cannot be seen")
    if any(letter.isspace() and letter != " " for letter in text):
        faults.append("a blank that is not the plain one")
    if not 0 < len(text) <= 240:
        faults.append(f"{len(text)} characters")
    if not re.search(r"[.?!]$", text) or not text[:1].isupper():
        faults.append("not a whole sentence")
    if (count := len(ends(text))) > 2:
        faults.append(f"{count} sentences")
    return faults


def ends(text: str) -> list[str]:
    """The ends of sentences; the full stop of a German date ("1. Dezember") is none."""
    return re.findall(rf"[.?!…。？！]+(?=\s|$)(?<!\d\.(?= (?:{MONTHS})))", text)


DONE = re.compile(
    r"\b(booked|confirmed|scheduled|rescheduled|moved|cancell?ed|reserved|arranged|done|all set|success\w*"
    r"|gebucht|bestätigt|verlegt|verschoben|abgesagt|storniert|reserviert|eingetragen|vereinbart|erledigt|erfolgreich)\b",
    re.IGNORECASE,
)
"""Words that sound as if something had been done."""
