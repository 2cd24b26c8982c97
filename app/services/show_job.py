"""Show one job with every attempt and, once there is one, its appointment."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.amendments import Amendment
from app.domain.appointments import Appointment
from app.domain.jobs import Job
from app.domain.stores import OpenUnit
from app.services.named import job_named


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownJob:
    """`job.history` holds the attempts; `appointment` is None as long as there is none. The last amendment first."""

    job: Job
    appointment: Appointment | None
    amendments: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowJob:
    """Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, job_id: str) -> ShownJob:
        with self.read_unit() as unit:
            job = job_named(unit.jobs, job_id)
            return ShownJob(
                job=job,
                appointment=unit.appointments.get(job.org_id, job.appointment_id),
                amendments=tuple(unit.amendments.of_job(job.id)),
            )
