"""Find the free times of a job's event type, so that a person can choose another one for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.appointments import Book
from app.domain.errors import CalendarError
from app.domain.outcomes import RetryLater
from app.domain.ports import Clock, Looks
from app.domain.stores import OpenUnit
from app.services.look_up import Within
from app.services.named import job_named
from app.services.preflight_job import zone_of
from app.services.scene import read_scene

SHOWN = timedelta(days=7)
LONGEST = 8.0
"""Seconds in which Cal.com has to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimes:
    """Free starts (UTC) from `start` until `end`, and the zone in which the agent's people read them."""

    start: datetime
    end: datetime
    zone: str
    openings: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindJobTimes:
    """A week of free times as Cal.com has them now. Raises UnknownNameError, RefusedError and CalendarError."""

    read_unit: OpenUnit
    calendar: Looks
    within: Within
    clock: Clock

    def __call__(self, job_id: str, since: datetime) -> JobTimes:
        start = max(since, self.clock())
        with self.read_unit() as unit:
            scene = read_scene(unit, job_named(unit.jobs, job_id))
        uid = "" if isinstance(scene.job.command, Book) else scene.subject.uid
        asked = scene.access, scene.event_type.id, start, start + SHOWN
        try:
            found = self.within(LONGEST, lambda: self.calendar.openings(*asked, moving_uid=uid))
        except TimeoutError:
            raise CalendarError(RetryLater()) from None
        return JobTimes(start=start, end=start + SHOWN, zone=zone_of(scene), openings=tuple(found))
