"""What a look at one part of the service yields: well, doubtful or broken, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a part is: a warning works but should not stay, a problem does not work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line about one part; `advice` says what to do, and is empty where nothing is."""

    level: Level
    subject: str
    text: str
    advice: str = ""


def ok(subject: str, text: str) -> Finding:
    return Finding(level=Level.OK, subject=subject, text=text)


def warning(subject: str, text: str, advice: str) -> Finding:
    return Finding(level=Level.WARNING, subject=subject, text=text, advice=advice)


def problem(subject: str, text: str, advice: str) -> Finding:
    return Finding(level=Level.PROBLEM, subject=subject, text=text, advice=advice)
