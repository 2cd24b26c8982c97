"""What the use cases need of the database about appointments, as a protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.appointments import Appointment, AppointmentStatus, Reach
from app.domain.paging import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFilter:
    """Which appointments to list: the latest start first, `limit` of them, behind the place `after`."""

    org_id: str | None = None
    agent_id: str | None = None
    status: AppointmentStatus | None = None
    limit: int = 50
    after: Place | None = None


class AppointmentStore(Protocol):
    def save(self, appointment: Appointment) -> None:
        """Insert or update; uids are only ever added to the chain."""
        ...

    def get(self, org_id: str, appointment_id: str) -> Appointment | None:
        """By our id or by any Cal.com uid it ever had, within the org."""
        ...

    def first_named(self, org_id: str, *names: str) -> Appointment | None:
        """The same for several names, in one look: the appointment of the first name that has one."""
        ...

    def within(self, reach: Reach, appointment_id: str) -> Appointment | None:
        """The same, as far as the request may touch it: what is out of reach takes as long as what is not there."""
        ...

    def search(self, wanted: AppointmentFilter) -> list[Appointment]: ...

    def upcoming(self, org_id: str, agent_id: str, *, email: str, phone: str, now: datetime) -> list[Appointment]: ...

    def overlapping(
        self, account_id: str, event_type_id: int, *, starts_at: datetime, ends_at: datetime, but: str
    ) -> list[Appointment]:
        """Live ones at an overlapping time, without the one called `but`."""
        ...

    def set_status(self, appointment_id: str, status: AppointmentStatus) -> None: ...
