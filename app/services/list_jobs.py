"""List jobs, newest first, for an operator."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.jobs import Job
from app.domain.stores import JobFilter, OpenUnit
from app.services.named import job_named, organization_named, refused

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListJobs:
    """Raises UnknownNameError where the filter names what is not there, RefusedError for a limit beyond 1 to 500."""

    read_unit: OpenUnit

    def __call__(self, wanted: JobFilter) -> list[Job]:
        if not 1 <= wanted.limit <= MOST:
            raise refused("limit", f"It must be between 1 and {MOST}.")
        with self.read_unit() as unit:
            if wanted.org_id is not None:
                wanted = replace(wanted, org_id=organization_named(unit.directory, wanted.org_id).id)
            if wanted.before is not None:
                wanted = replace(wanted, before=job_named(unit.jobs, wanted.before).id)
            return unit.jobs.search(wanted)
