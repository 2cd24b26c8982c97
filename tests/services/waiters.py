"""Jobs that somebody waits for, and the database as their watch reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.noting import Later, noted_by


class CountedUnits:
    """The desk's reading units, and how many were opened; `are_away`: none can be."""

    def __init__(self, desk: Desk, *, are_away: bool = False) -> None:
        self._desk = desk
        self.opened = 0
        self.are_away = are_away

    def __call__(self) -> Any:
        if self.are_away:
            raise StoreUnavailableError("away")
        self.opened += 1
        return self._desk.database.reading_unit()


def accepted(desk: Desk, number: int) -> list[Job]:
    times = [TWO_PM_TUESDAY + timedelta(hours=place) for place in range(number)]
    return [desk.job(desk.book(at, email=f"caller{at:%H}@example.com").job_id) for at in times]


def untold(desk: Desk) -> Job:
    """Accepted, and nobody has heard of it yet."""
    noted_by(desk, notes=Later())
    (job,) = accepted(desk, 1)
    return job
