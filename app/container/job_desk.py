"""What operators do with jobs at the desk: look through them, look into one, hand them out."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.domain.ports import Clock
from app.services.export_jobs import ExportJobs
from app.services.find_jobs import FindJobs
from app.services.inspect_job import InspectJob
from app.services.search_jobs import SearchJobs


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDeskCases:
    """The use cases behind the pages about jobs, and the clock their filters go by."""

    clock: Clock
    search: SearchJobs
    find: FindJobs
    inspect: InspectJob
    export: ExportJobs


def bind_job_desk(adapters: Adapters) -> JobDeskCases:
    read_unit, seal = adapters.search_unit, adapters.contact_seal
    return JobDeskCases(
        clock=adapters.clock,
        search=SearchJobs(read_unit=read_unit, seal=seal),
        find=FindJobs(read_unit=read_unit, seal=seal),
        inspect=InspectJob(read_unit=read_unit),
        export=ExportJobs(open_unit=adapters.open_unit, read_unit=read_unit, seal=seal, clock=adapters.clock),
    )
