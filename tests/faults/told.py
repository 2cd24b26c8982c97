"""What an endpoint was told: each end of a job under one id, however often it came, and none left out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from app.domain.appointments import Action
from app.domain.events import EventName
from app.domain.jobs import Job, Status
from tests.faults.truth import Truth
from tests.support.receiver import Received

ENDS = frozenset({EventName.JOB_SUCCEEDED, EventName.JOB_FAILED})
NEWS = frozenset({EventName.APPOINTMENT_BOOKED, EventName.APPOINTMENT_PENDING})
BY_STATUS = {Status.SUCCEEDED: EventName.JOB_SUCCEEDED, Status.FAILED: EventName.JOB_FAILED}


@dataclass(frozen=True, slots=True)
class Told:
    """One request that came in; repeats have the same `id`."""

    id: str
    name: str
    job_id: str


def read_told(received: Iterable[Received]) -> Iterator[Told]:
    for each in received:
        event = json.loads(each.body)
        yield Told(each.id, event["type"], event["data"].get("job_id") or "")


def event_faults(jobs: Iterable[Job], truth: Truth, told: Iterable[Told]) -> Iterator[tuple[str, str]]:
    """An end, or a new booking, that nobody was told of is lost; one that was told under two ids is told twice."""
    of_job: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        of_job[each.job_id].append(each)
    for job in jobs:
        wanted = BY_STATUS.get(job.status)
        if wanted is not None:
            yield from _of_one(f"{job.id} {wanted}", {wanted}, ENDS, of_job[job.id])
        if job.action is Action.BOOK and job.status is Status.SUCCEEDED and truth.made_by(job.id):
            yield from _of_one(f"{job.id} booked", NEWS, NEWS, of_job[job.id])


def _of_one(what: str, wanted: Collection[str], alike: Collection[str], told: list[Told]) -> Iterator[tuple[str, str]]:
    if not any(each.name in wanted for each in told):
        yield "event lost", f"event lost: {what}"
    ids = {each.id for each in told if each.name in alike}
    if len(ids) > 1:
        yield "event twice", f"event twice: {what} {len(ids)} times"
