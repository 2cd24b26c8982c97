"""The sentence, the short label and the plain message of an answer, in the answer's language and zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.answers import Answer
from app.domain.slots import MOST_SUGGESTED
from app.domain.speech.catalogue import Variant, catalogue
from app.domain.speech.facts import facts_of, number_of
from app.domain.speech.labels import SpokenTimes

LONGEST = 240
"""Characters a voice platform should have to speak at most (about a quarter of a minute)."""


def sentence(answer: Answer, now: datetime) -> str:
    """What the agent says: what happened and what to do next, at most two sentences and 240 characters.

    The wording that says most is taken; where it comes out too long, fewer times are named. `now` is aware.
    """
    words = catalogue(answer.language)
    spoken = SpokenTimes.of(words, answer.zone, now)
    for most in range(MOST_SUGGESTED, 0, -1):
        facts = facts_of(answer, spoken, most)
        variant = next(found for found in _variants("sentence", answer) if found.needs <= facts.keys())
        text = words.text("sentence", variant.msgid, number_of(answer, facts, most)).format_map(facts)
        if len(text) <= LONGEST:
            return text[0].upper() + text[1:]
    return _plain("sentence", answer)


def summary(answer: Answer) -> str:
    """The short label of an answer, such as "Appointment confirmed"."""
    return _plain("summary", answer)


def inner_message(answer: Answer) -> str:
    """What happened in one plain line for whoever reads the answer, such as "Booked successfully"."""
    return _plain("message", answer)


def _plain(context: str, answer: Answer) -> str:
    variant = next(found for found in _variants(context, answer) if not found.needs)
    return catalogue(answer.language).text(context, variant.msgid)


def _variants(context: str, answer: Answer) -> Iterator[Variant]:
    words = catalogue(answer.language)
    if answer.action:
        yield from words.variants(context, f"{answer.action}.{answer.result}")
    yield from words.variants(context, answer.result)
