"""What there is to say about an answer: facts already put into words, from which a wording takes those it needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from datetime import datetime

from app.domain.answers import SAY_MISSING, Answer, Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.slots import MAX_DAYS, MOST_SUGGESTED, spoken_choice
from app.domain.speech.catalogue import Catalogue
from app.domain.speech.labels import SpokenTimes
from app.domain.speech.names import speakable_name

Facts = dict[str, str]

ASKABLE = (
    "name",
    "contact",
    "email",
    "phone",
    "appointment_id",
    "appointment_datetime",
    "timezone",
    "days_ahead",
    "notes",
)
"""Fields a caller can say something about, in the order of asking; `contact` is e-mail and phone together."""

_FEW_SECONDS = 15

_NAMED_EACH = range(2, MOST_SUGGESTED + 1)
"""Openings so few that each is named instead of their number and their edges."""


def facts_of(answer: Answer, spoken: SpokenTimes, most: int) -> Facts:
    """At most `most` times are named. A fact that is not there, or that cannot be said, is left out."""
    facts: Facts = {}
    if answer.starts_at is not None:
        facts["when"] = spoken.day_and_time(answer.starts_at)
    if name := speakable_name(answer.agent_name):
        facts["name"] = name
    if answer.retry_after is not None:
        facts["wait"] = _wait(spoken.catalogue, answer.retry_after)
    for more in (_openings, _span, _appointments, _fields):
        facts |= more(answer, spoken, most)
    return facts


def number_of(answer: Answer, facts: Mapping[str, str], most: int) -> int:
    """What the plural forms of the sentence go by: the times named where it names them, else all there are."""
    if answer.result is Result.LISTED:
        return len(answer.appointments)
    total = len(answer.openings)
    return total if "count" in facts else min(total, most)


def _openings(answer: Answer, spoken: SpokenTimes, most: int) -> Facts:
    """`options` stand for themselves, `alternatives` follow upon a `when` whose day need not be said again."""
    if not answer.openings:
        return {}
    counts = answer.action is Action.AVAILABILITY and answer.result is Result.OPENINGS
    if counts and len(answer.openings) not in _NAMED_EACH:
        return {"count": str(len(answer.openings))} | _edges(min(answer.openings), max(answer.openings), spoken)
    named = spoken_choice(answer.openings, answer.zone, most)
    options = {"options": spoken.choices(named)}
    if answer.starts_at is None:
        return options
    return options | {"alternatives": spoken.choices(named, after=answer.starts_at)}


def _edges(first: datetime, last: datetime, spoken: SpokenTimes) -> Facts:
    """Where several are all on one day, the day is said once."""
    if first == last or spoken.date_of(first) != spoken.date_of(last):
        return {"first": spoken.day_and_time(first), "last": spoken.day_and_time(last)}
    return {"day": spoken.day(first), "earliest": spoken.time(first), "latest": spoken.time(last)}


def _span(answer: Answer, spoken: SpokenTimes, _most: int) -> Facts:
    if answer.days_ahead <= 0:
        return {}
    span = {"span": _counted(spoken.catalogue, "span count", answer.days_ahead)}
    return span if answer.days_ahead < MAX_DAYS else span | {"furthest": str(MAX_DAYS)}


def _appointments(answer: Answer, spoken: SpokenTimes, most: int) -> Facts:
    if not answer.appointments:
        return {}
    coming = sorted(answer.appointments, key=lambda item: item.starts_at)
    kinds = ["pending" if item.status == AppointmentStatus.PENDING else "accepted" for item in coming]
    words = []
    for item, kind in zip(coming[:most], kinds, strict=False):
        text = spoken.catalogue.text("phrase", f"listed.{kind} when")
        words.append(text.format(when=spoken.day_and_time(item.starts_at)))
    if len(coming) <= most:
        return {"all": spoken.all_of(words)}
    together = kinds[0] if len(set(kinds)) == 1 else "mixed"
    return {"many": _counted(spoken.catalogue, f"listed.{together}_count count", len(coming)), "next": words[0]}


def _fields(answer: Answer, spoken: SpokenTimes, _most: int) -> Facts:
    missing = {field for field, reason in answer.fields.items() if reason in SAY_MISSING}
    groups = {"missing": missing, "wrong": answer.fields.keys() - missing}
    return {
        name: spoken.all_of(nouns) for name, fields in groups.items() if (nouns := _nouns(spoken.catalogue, fields))
    }


def _nouns(catalogue: Catalogue, fields: Set[str]) -> list[str]:
    if {"email", "phone"} <= fields:
        fields = fields - {"email", "phone"} | {"contact"}
    return [catalogue.text("phrase", f"field.{field}") for field in ASKABLE if field in fields]


def _wait(catalogue: Catalogue, seconds: int) -> str:
    if seconds <= _FEW_SECONDS:
        return catalogue.text("phrase", "wait.seconds")
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return _counted(catalogue, "wait.minutes count", minutes)
    return _counted(catalogue, "wait.hours count", math.ceil(minutes / 60))


def _counted(catalogue: Catalogue, msgid: str, count: int) -> str:
    return catalogue.text("phrase", msgid, count).format(count=count)
