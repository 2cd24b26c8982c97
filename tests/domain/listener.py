"""Hears the times in a spoken sentence, as a caller would: independent of how the sentence was made."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from app.domain.times import zone_info

DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
}
NEAR = {"en": ("today", "tomorrow"), "de": ("heute", "morgen")}
DATE = {
    "en": r"(?:, (?P<month>{months}) (?P<day>\d+)(?:, (?P<year>\d{{4}}))?)?",
    "de": r"(?:, dem (?P<day>\d+)\. (?P<month>{months})(?: (?P<year>\d{{4}}))?)?",
}
TIME = {
    "en": (
        r"(?P<hour>\d+)(?::(?P<minute>\d\d))? (?P<half>AM|PM)"
        r"|(?P<noon>noon)|(?P<midnight>midnight)(?P<next> tonight)?"
    ),
    "de": r"(?P<hour>\d+)(?::(?P<minute>\d\d))? Uhr(?P<half>)(?P<noon>)(?P<midnight>)(?P<next>)",
}
DAY_AFTER = "midnight at the start of "
"""Goes before a day, which every other time comes after."""


Day = tuple[int | None, int | None, int | None, int | None, int | None]


class Heard(NamedTuple):
    """A time as heard; parts that were not said are None. `ahead` is 0 for today and 1 for tomorrow."""

    ahead: int | None
    weekday: int | None
    month: int | None
    day: int | None
    year: int | None
    hour: int
    minute: int


def heard_times(sentence: str, language: str) -> list[Heard]:
    """All times of a sentence, each with the day last said before it."""
    near = "|".join(NEAR[language])
    weekdays = "|".join(DAYS[language])
    day_of_month = DATE[language].format(months="|".join(MONTHS[language]))
    day_rule = rf"\b(?P<starts>{DAY_AFTER})?(?:(?P<near>{near})|(?P<weekday>{weekdays}){day_of_month})\b"
    rule = re.compile(rf"{day_rule}|\b(?:{TIME[language]})\b", re.IGNORECASE)
    said: Day = (None, None, None, None, None)
    times = []
    for found in rule.finditer(sentence):
        if found["near"] or found["weekday"]:
            said = _day(found, language)
            if found["starts"]:
                times.append(Heard(*said, 0, 0))
            continue
        if found["next"]:
            said = (1, None, None, None, None)
        times.append(Heard(*said, *_clock(found)))
    return times


def _day(found: re.Match[str], language: str) -> Day:
    if found["near"]:
        return NEAR[language].index(found["near"].lower()), None, None, None, None
    month = MONTHS[language].index(found["month"]) + 1 if found["month"] else None
    year = int(found["year"]) if found["year"] else None
    return None, DAYS[language].index(found["weekday"]), month, int(found["day"]) if found["day"] else None, year


def _clock(found: re.Match[str]) -> tuple[int, int]:
    if found["noon"]:
        return 12, 0
    if found["midnight"]:
        return 0, 0
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "PM" else 0)
    return hour, int(found["minute"] or 0)


def means(heard: Heard, moment: datetime, zone: str, today: date) -> bool:
    """True if a caller who hears that would come at that moment."""
    local = moment.astimezone(zone_info(zone))
    ahead = (local.date() - today).days
    if (heard.hour, heard.minute) != (local.hour, local.minute):
        return False
    if heard.ahead is not None:
        return heard.ahead == ahead
    if heard.weekday != local.weekday():
        return False
    if heard.month is None:
        return 2 <= ahead <= 6
    return (heard.month, heard.day) == (local.month, local.day) and heard.year in {None, local.year}


def meant(heard: Heard, moments: Iterable[datetime], zone: str, today: date) -> list[datetime]:
    """Those of the moments that were meant."""
    return [moment for moment in moments if means(heard, moment, zone, today)]
