"""What really is: the sandbox's bookings and the job table, read when everything is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.jobs import Job
from app.domain.stores import JobFilter
from app.storage.database import Database

PAGE = 2_000
LIVE = frozenset({"accepted", "pending"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One attendee's booking, or seat, in Cal.com, with the ids Ringbook left in it."""

    uid: str
    event_type: int
    hosts: tuple[int, ...]
    start: datetime
    end: datetime
    status: str
    email: str
    job_id: str
    appointment_id: str
    moved_from: str
    seated: bool

    @property
    def lives(self) -> bool:
        return self.status in LIVE

    def overlaps(self, other: Entry) -> bool:
        return bool(set(self.hosts) & set(other.hosts)) and self.start < other.end and other.start < self.end


def read_entries(rows: Iterable[dict[str, Any]]) -> Iterator[Entry]:
    for row in rows:
        people = row["attendees"] if row["seated"] else row["attendees"][:1]
        for person in people:
            marks = (person["seat_metadata"] if row["seated"] else row["metadata"]) or {}
            yield Entry(
                uid=row["uid"],
                event_type=row["event_type_id"],
                hosts=tuple(row["host_ids"]),
                start=datetime.fromisoformat(row["start"]),
                end=datetime.fromisoformat(row["end"]),
                status=row["status"],
                email=person["email"].lower(),
                job_id=marks.get("ringbook_job", ""),
                appointment_id=marks.get("ringbook_appointment", ""),
                moved_from=row["rescheduled_from"] or "",
                seated=row["seated"],
            )


def read_jobs(database: Database) -> list[Job]:
    """Every job, newest first."""
    found: list[Job] = []
    with database.reading_unit() as unit:
        while True:
            page = unit.jobs.search(JobFilter(limit=PAGE, before=found[-1].id if found else None))
            found += page
            if len(page) < PAGE:
                return found


class Truth:
    """Bookings and jobs, found by what they have in common."""

    def __init__(self, entries: Iterable[Entry], jobs: Iterable[Job]) -> None:
        self.entries = list(entries)
        self.jobs = {job.id: job for job in jobs}
        self._of_appointment: dict[str, list[Entry]] = defaultdict(list)
        self._of_email: dict[str, list[Entry]] = defaultdict(list)
        self._made_by: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            self._of_appointment[entry.appointment_id].append(entry)
            self._of_email[entry.email].append(entry)
            if not entry.moved_from:
                self._made_by[entry.job_id].append(entry)

    def family(self, appointment_id: str) -> list[Entry]:
        """All bookings one appointment has been, through all its moves."""
        return self._of_appointment[appointment_id] if appointment_id else []

    def of_email(self, email: str) -> list[Entry]:
        return self._of_email[email.lower()]

    def made_by(self, job_id: str) -> list[Entry]:
        """The bookings made, not moved, by a job."""
        return self._made_by[job_id]
