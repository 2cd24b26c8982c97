"""Answers of one morning in New York, and what is said of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.speech import sentence

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in New York."""

TOMORROW_2_PM = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)


def answer(result: Result, action: Action | None = Action.BOOK, **rest: Any) -> Answer:
    return Answer(result=result, action=action, **{"zone": "America/New_York", "agent_name": "Dr. Rivera"} | rest)


def said(result: Result, action: Action | None = Action.BOOK, **rest: Any) -> str:
    return sentence(answer(result, action, **rest), NOW)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in New York, November 2026 (from the 1st at UTC-5)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(hours=5)
