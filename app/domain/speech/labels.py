"""How a day and a time are written in an answer and said in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache

from babel.dates import format_date, format_datetime
from babel.lists import format_list

from app.domain.speech.catalogue import Catalogue, catalogue
from app.domain.times import zone_info

_NEAR = range(2, 7)
"""Days ahead for which the weekday alone is clear."""

_FULL_HOURS = {0: "midnight", 12: "noon"}
_YEAR_IS_SAID = timedelta(days=180)


def day_label(day: date, today: date, language: str) -> str:
    """A day as it is written: "Today", "Tomorrow", the weekday for 2 to 6 days ahead, else weekday and date."""
    return _day(catalogue(language), "label", day, today)


def time_label(moment: datetime, zone: str, language: str) -> str:
    """The wall time of an instant in a zone, such as "9:00 AM"."""
    return time_labels((moment,), zone, language)[0]


def time_labels(moments: Iterable[datetime], zone: str, language: str) -> list[str]:
    """The same for many, in their order."""
    words, place = catalogue(language), zone_info(zone)
    return [_time(words, "label.time", moment.astimezone(place)) for moment in moments]


@dataclass(frozen=True, slots=True)
class SpokenTimes:
    """Says instants of one zone in one language on one day."""

    catalogue: Catalogue
    place: tzinfo
    today: date

    @classmethod
    def of(cls, catalogue: Catalogue, zone: str, now: datetime) -> SpokenTimes:
        place = zone_info(zone)
        return cls(catalogue, place, now.astimezone(place).date())

    def date_of(self, moment: datetime) -> date:
        return moment.astimezone(self.place).date()

    def day(self, moment: datetime) -> str:
        """Such as "tomorrow"."""
        return _day(self.catalogue, "spoken", self.date_of(moment), self.today)

    def time(self, moment: datetime) -> str:
        """Such as "2 PM", "noon" or "midnight"."""
        local = moment.astimezone(self.place)
        kind = _FULL_HOURS.get(local.hour, "hour") if local.minute == 0 else "minute"
        return _time(self.catalogue, f"spoken.{kind}", local)

    def day_and_time(self, moment: datetime) -> str:
        """Such as "tomorrow at 2 PM"; the hour after midnight is said so that nobody comes a night late."""
        local = moment.astimezone(self.place)
        if local.hour > 0:
            phrase = "day_time day time"
        elif local.minute > 0:
            phrase = "night_time day time"
        else:
            is_next = local.date() - self.today == timedelta(days=1)
            phrase = "midnight.tomorrow" if is_next else "midnight day"
        return self.catalogue.text("phrase", phrase).format(day=self.day(moment), time=self.time(moment))

    def choices(self, moments: Iterable[datetime], after: datetime | None = None) -> str:
        """Such as "9 AM, 2 PM, or Friday at 9 AM"; `after` is the time said just before.

        A day is named where it is another than the last one said, or where that clock time was said of another day.
        """
        said = [after.astimezone(self.place)] if after else []
        items = []
        for moment in moments:
            local = moment.astimezone(self.place)
            items.append(self._time_alone(moment) if _goes_without_day(local, said) else self.day_and_time(moment))
            said.append(local)
        return self.either(items)

    def either(self, items: list[str]) -> str:
        return format_list(items, style="or", locale=self.catalogue.locale)

    def all_of(self, items: list[str]) -> str:
        return format_list(items, style="standard", locale=self.catalogue.locale)

    def _time_alone(self, moment: datetime) -> str:
        return self.catalogue.text("phrase", "time time").format(time=self.time(moment))


def _goes_without_day(local: datetime, said: list[datetime]) -> bool:
    """Beside the hour after midnight, which has a wording of its own, every day is named."""
    if not said or said[-1].date() != local.date() or 0 in {local.hour, said[-1].hour}:
        return False
    return all(one.date() == local.date() for one in said if one.time() == local.time())


def _day(catalogue: Catalogue, style: str, day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead in {0, 1}:
        return catalogue.text("label", f"{style}.{'tomorrow' if ahead else 'today'}")
    if ahead in _NEAR:
        pattern = f"{style}.weekday"
    else:
        said = day.year != today.year and abs(day - today) > _YEAR_IS_SAID
        pattern = f"{style}.date_year" if said else f"{style}.date"
    return _dated(catalogue.locale.language, pattern, day)


@lru_cache(maxsize=1024)
def _dated(language: str, pattern: str, day: date) -> str:
    words = catalogue(language)
    return format_date(day, words.text("pattern", pattern), locale=words.locale)


def _time(catalogue: Catalogue, pattern: str, local: datetime) -> str:
    return _written(catalogue.locale.language, pattern, local.hour, local.minute)


@cache
def _written(language: str, pattern: str, hour: int, minute: int) -> str:
    """A clock time is written alike on every day, so that there are at most 1,440 of a pattern; each takes 30 us."""
    words = catalogue(language)
    # Babel turns what it is given into UTC first; the wall time is therefore handed over as if it were UTC.
    wall = datetime(2000, 1, 1, hour, minute, tzinfo=UTC)
    return format_datetime(wall, words.text("pattern", pattern), locale=words.locale)
