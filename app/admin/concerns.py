"""What the overview says of each concern, and where it is mended: the one table of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import request

from app.admin.words import count, span, word
from app.services.find_concerns import Concern, Matter

PROCESSES = "#processes"
"""On the overview itself."""

ACCOUNTS, CALLERS, ENDPOINTS, JOBS = "/accounts", "/callers", "/webhooks", "/jobs"
WAITING_JOBS = f"{JOBS}?state=queued"


def failed_jobs(result: str) -> str:
    return f"{JOBS}?state=failed&result={result}"


class Words(NamedTuple):
    """`text` goes on behind the number; `target` is an anchor of the overview, or a path of the desk."""

    text: Callable[[Concern], str]
    target: Callable[[Concern], str]


def _plain(text: str, target: str) -> Words:
    return Words(lambda _: text, lambda _: target)


def _counted(one: str, many: str, target: Callable[[Concern], str]) -> Words:
    return Words(lambda concern: (one if concern.number == 1 else many).format(about=word(concern.about)), target)


WORDS: dict[Matter, Words] = {
    Matter.REDIS_AWAY: _plain("Redis does not answer: what is accepted has to wait until it is back.", PROCESSES),
    Matter.UNSERVED: Words(
        lambda concern: f"No process takes messages from {concern.about}: what stands there waits.",
        lambda _: PROCESSES,
    ),
    Matter.NO_SCHEDULER: _plain("No scheduler is at work: retries and lost messages wait.", PROCESSES),
    Matter.OVERDUE: _plain("is how long a due job has waited: there are too few workers, or none.", WAITING_JOBS),
    Matter.CALLERS: _counted(
        "caller was told that it is still being confirmed, and then it failed. Call them back.",
        "callers were told that it is still being confirmed, and then it failed. Call them back.",
        lambda _: CALLERS,
    ),
    Matter.OUTCOME_UNKNOWN: _counted(
        "job ended without anybody knowing whether Cal.com has what it asked for. Mend it: a retry looks first.",
        "jobs ended without anybody knowing whether Cal.com has what they asked for. Mend them: a retry looks first.",
        lambda concern: failed_jobs(concern.about),
    ),
    Matter.FAILED: _counted(
        "job of the last day failed: {about}. Mend or discard it.",
        "jobs of the last day failed: {about}. Mend or discard them.",
        lambda concern: failed_jobs(concern.about),
    ),
    Matter.KEY_REFUSED: _counted(
        "account has a key that Cal.com does not take: {about}. Give it another one.",
        "accounts have a key that Cal.com does not take. Give them another one.",
        lambda _: ACCOUNTS,
    ),
    Matter.LEFT_ALONE: _counted(
        "account is left alone but for a try now and then, for Cal.com fails: {about}.",
        "accounts are left alone but for a try now and then, for Cal.com fails.",
        lambda _: ACCOUNTS,
    ),
    Matter.ENDPOINTS_DISABLED: _counted(
        "endpoint was disabled because it took nothing any more. Tell its owner.",
        "endpoints were disabled because they took nothing any more. Tell their owners.",
        lambda _: ENDPOINTS,
    ),
    Matter.ENDPOINTS_FAILING: _counted(
        "endpoint has taken nothing for over five minutes.",
        "endpoints have taken nothing for over five minutes.",
        lambda _: ENDPOINTS,
    ),
}

SAID_WITHOUT_NUMBER = {Matter.REDIS_AWAY, Matter.UNSERVED, Matter.NO_SCHEDULER}


def concern_row(concern: Concern) -> dict[str, Any]:
    words = WORDS[concern.matter]
    return {"number": _number(concern), "text": words.text(concern), "url": address(words.target(concern))}


def address(target: str) -> str:
    """Of an anchor as it is, of a path within wherever the desk is mounted."""
    return target if target.startswith("#") else request.script_root + target


def _number(concern: Concern) -> str:
    if concern.matter in SAID_WITHOUT_NUMBER:
        return ""
    if concern.matter is Matter.OVERDUE:
        return span(concern.number)
    return f"{count(concern.number)}{'+' if concern.at_least else ''}"
