"""Remember what callers were told of a job that may fail behind their backs, without keeping them waiting for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field, replace

import structlog

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Job, Status
from app.domain.ports import Clock
from app.domain.stores import OpenUnit

WITHIN = 0.1
"""Seconds the answer may wait for the note. Kept of the caller's time, so that the answer is not late."""

TRIES = 3
"""How often a note is tried once the answer has gone out; each waits for the database by itself."""

AT_ONCE = 200
"""Notes that are made together: those asked for while the one before is made. Of a thousand who wait, most may run out
of time in one second."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTold:
    """`notes` is where it is written down: an answer that cannot wait for that is given all the same.

    `pending` and `final` raise nothing: what cannot be noted costs nobody their answer.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    notes: Executor
    clock: Clock
    _asked: list[tuple[Job, Future[Job]]] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def pending(self, job: Job) -> Job:
        """Before "still confirming" is said. The job as it is to be answered: final if it ended at the last moment."""
        if job.told_pending_at is not None:
            return job
        note = Future[Job]()
        with self._lock:
            self._asked.append((job, note))
        self.notes.submit(self._note_asked)
        try:
            job = note.result(timeout=WITHIN)
        except (FutureTimeoutError, StoreUnavailableError):
            note.cancel()
        if not job.status.is_final and job.told_pending_at is None:
            self.notes.submit(self._note_late, job.id, TRIES)
        return job

    def final(self, job: Job) -> None:
        """The final answer is given: to somebody who asked again, or whose end came as "still confirming" was noted."""
        if job.status in {Status.FAILED, Status.DISCARDED} and job.told_pending_at is not None:
            self.notes.submit(self._note_heard, job.id)

    def _note_asked(self) -> None:
        """All that are asked for by now, but for those whose callers could not wait."""
        with self._lock:
            first = self._asked[:AT_ONCE]
            del self._asked[:AT_ONCE]
        asked = [(job, note) for job, note in first if note.set_running_or_notify_cancel()]
        if not asked:
            return
        try:
            noted = self.all_pending([job for job, _ in asked])
        except Exception as error:  # for each who waits to see it
            for _, note in asked:
                note.set_exception(error)
        else:
            for (_, note), job in zip(asked, noted, strict=True):
                note.set_result(job)

    def all_pending(self, jobs: Sequence[Job]) -> list[Job]:
        """As `pending`, but for as long as it takes. Raises StoreUnavailableError."""
        now = self.clock()
        with self.open_unit() as unit:
            told = unit.callbacks.note_told([job.id for job in jobs], now=now)
            noted = [
                replace(job, told_pending_at=now) if job.id in told else unit.jobs.get(job.id) or job for job in jobs
            ]
            unit.commit()
        return noted

    def _note_late(self, job_id: str, tries: int) -> None:
        """It was said, whatever became of the job meanwhile. Those go first whose callers wait for it."""
        self._note_asked()
        try:
            with self.open_unit() as unit:
                unit.callbacks.note_told_late(job_id, now=self.clock())
                unit.commit()
        except StoreUnavailableError:
            if tries > 1:
                self.notes.submit(self._note_late, job_id, tries - 1)
            else:
                log.warning("told_pending_was_not_noted", job_id=job_id, exc_info=True)

    def _note_heard(self, job_id: str) -> None:
        """Looked up first, so that who polls on and on writes once."""
        try:
            with self.read_unit() as unit:
                unheard = unit.callbacks.is_unheard(job_id)
            if unheard:
                with self.open_unit() as unit:
                    unit.callbacks.note_heard(job_id, now=self.clock())
                    unit.commit()
        except StoreUnavailableError:
            log.warning("final_answer_was_not_noted", job_id=job_id, exc_info=True)
