"""A worker's ports, wrapped so that the process kills or freezes itself at one exact point of one chosen job."""

from __future__ import annotations

import json
import os
import signal
import threading
import urllib.request
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.domain.directory import Access
from app.domain.jobs import Job
from app.domain.outcomes import Outcome
from app.domain.ports import BookingWish, Calendar, Doorbell
from app.domain.stores import OpenUnit, UnitOfWork
from tests.support.waiting import eventually

POINTS = (
    "after_claim",  # claimed, nothing sent
    "before_mark",  # the submit mark is written, not committed
    "after_mark",  # the submit mark is committed, nothing sent
    "before_write",  # the client is about to send
    "during_write",  # the request has reached Cal.com, which has not committed it
    "after_answer",  # Cal.com's answer is read, nothing recorded
    "before_outcome",  # the outcome is written, not committed
    "after_outcome",  # the outcome is committed, nobody was told
    "before_ring",  # the next thing would have been to tell the waiting caller
)
SESSION = "doom-"
"""A request whose call session is `doom-POINT-...` is met by the death of its first worker at that point."""

FREEZE = "freeze-"
"""With `freeze-POINT-...` its first worker is stopped there, the whole process, until somebody wakes it."""


@dataclass(slots=True)
class Dooms:
    """`directory` remembers which jobs have had their death, for the worker that comes after."""

    directory: Path
    _current: threading.local = field(default_factory=threading.local)

    def take(self, job: Job) -> None:
        """The job this thread works on from now on."""
        self._current.job = job

    @property
    def job(self) -> Job | None:
        return getattr(self._current, "job", None)

    def meet(self, point: str) -> None:
        """Die or freeze here, if that is what the current job's request asked for and it was not yet."""
        if self.is_due(point):
            self.die()
        if self.is_due(point, FREEZE):
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # meant for the process, another would take it

    def is_due(self, point: str, session: str = SESSION) -> bool:
        job = self.job
        return job is not None and job.command.call_session_id.startswith(f"{session}{point}-") and self._is_first(job)

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _is_first(self, job: Job) -> bool:
        try:
            (self.directory / job.id).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class DoomedJobs:
    """The job store; claims and renewals hold for `lease` instead of the product's time, to keep runs short."""

    def __init__(self, unit: DoomedUnit) -> None:
        self._unit = unit
        self._jobs = unit.inner.jobs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jobs, name)

    def claim(self, job_id: str, *, owner: str, now: datetime, lease_until: datetime) -> Job | None:
        lease = min(lease_until, now + self._unit.lease)
        job = self._jobs.claim(job_id, owner=owner, now=now, lease_until=lease)
        if job is not None:
            self._unit.dooms.take(job)
            self._unit.coming = ("", "after_claim")
        return job

    def renew(self, job: Job, *, now: datetime, lease_until: datetime) -> bool:
        return self._jobs.renew(job, now=now, lease_until=min(lease_until, now + self._unit.lease))

    def mark_submitted(self, job: Job, *, now: datetime) -> bool:
        self._unit.coming = ("before_mark", "after_mark")
        return self._jobs.mark_submitted(job, now=now)

    def finish(self, job: Job, **outcome: Any) -> bool:
        self._unit.coming = ("before_outcome", "after_outcome")
        return self._jobs.finish(job, **outcome)


class DoomedUnit:
    """A unit of work with a point on each side of its commit."""

    inner: UnitOfWork
    jobs: DoomedJobs

    def __init__(self, opening: AbstractContextManager[UnitOfWork], dooms: Dooms, lease: timedelta) -> None:
        self._opening = opening
        self.dooms, self.lease = dooms, lease
        self.coming = ("", "")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __enter__(self) -> Self:
        self.inner = self._opening.__enter__()
        self.jobs = DoomedJobs(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opening.__exit__(kind, error, trace)

    def commit(self) -> None:
        before, after = self.coming
        self.dooms.meet(before)
        self.inner.commit()
        self.dooms.meet(after)


@dataclass(frozen=True, slots=True)
class DoomedCalendar:
    """Cal.com; a point before a write leaves, one while it is there, and one after its answer."""

    inner: Calendar
    dooms: Dooms

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def book(self, access: Access, wish: BookingWish) -> Outcome:
        self._prepare(access)
        return self._answered(self.inner.book(access, wish))

    def move(self, access: Access, uid: str, starts_at: datetime, reason: str) -> Outcome:
        self._prepare(access)
        return self._answered(self.inner.move(access, uid, starts_at, reason))

    def cancel(self, access: Access, uid: str, reason: str) -> Outcome:
        self._prepare(access)
        return self._answered(self.inner.cancel(access, uid, reason))

    def _prepare(self, access: Access) -> None:
        self.dooms.meet("before_write")
        if self.dooms.is_due("during_write"):
            seen = _writes_seen(access)
            threading.Thread(target=self._die_when_seen, args=(access, seen), daemon=True).start()

    def _die_when_seen(self, access: Access, seen: int) -> None:
        eventually(lambda: _writes_seen(access) > seen, every=0.01)
        self.dooms.die()

    def _answered(self, outcome: Outcome) -> Outcome:
        self.dooms.meet("after_answer")
        return outcome


def _writes_seen(access: Access) -> int:
    """Requests that change something which the sandbox has noted so far. It must be slow, or it has committed them."""
    url = access.base_url.removesuffix("/v2") + "/_sandbox/journal"
    with urllib.request.urlopen(url, timeout=10) as answer:
        entries = json.loads(answer.read())["entries"]
    return sum(entry["kind"] == "request" and entry["method"] == "POST" for entry in entries)


@dataclass(frozen=True, slots=True)
class DoomedDoorbell:
    inner: Doorbell
    dooms: Dooms

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def ring(self, job_id: str) -> None:
        self.dooms.meet("before_ring")
        self.inner.ring(job_id)


def doomed_units(open_unit: OpenUnit, dooms: Dooms, lease: timedelta) -> Any:
    """`open_unit`, with points and short leases."""
    return lambda: DoomedUnit(open_unit(), dooms, lease)
