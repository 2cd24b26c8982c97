"""Find out, before anything runs, what would come of a job if it ran again now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from app.domain import preflight, times
from app.domain.answers import Result
from app.domain.appointments import Book, Booking, Cancel
from app.domain.contacts import attendee_for
from app.domain.errors import CalendarError, KeyUnreadableError, PostponedError, RefusedError
from app.domain.jobs import Job, Status, sources_of
from app.domain.outcomes import Failed, Outcome, RetryLater, Succeeded
from app.domain.ports import Clock, Looks
from app.domain.preflight import Preflight, Verdict
from app.domain.retry_policy import has_settled
from app.domain.stores import OpenUnit
from app.services.look_up import Within
from app.services.named import job_named
from app.services.reconcile_job import ReconcileJob, judged
from app.services.requeue_job import is_erased, is_superseded
from app.services.scene import Scene, read_scene

LONGEST = 10.0
"""Seconds in which Cal.com has to say all that is asked for one job."""

AGAIN_IN = 5.0
"""Seconds after which Cal.com is asked again where it gave no answer and named no time."""

BROKEN = frozenset({Result.UPSTREAM_KEY, Result.NOT_CONNECTED, Result.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightJob:
    """Changes nothing. What is kept decides first; then Cal.com is asked, with no unit of work open.

    Whatever the job has sent is looked for as its retry would look; the free times are asked for, not remembered.
    """

    read_unit: OpenUnit
    calendar: Looks
    within: Within
    clock: Clock

    def __call__(self, job_id: str) -> Preflight:
        """Raises UnknownNameError and StoreUnavailableError."""
        with self.read_unit() as unit:
            job = job_named(unit.jobs, job_id)
        return self.of(job)

    def of(self, job: Job, *, in_place_of: Job | None = None) -> Preflight:
        """The same for a job in hand, which may have been amended: it would run in place of what it was."""
        told = self._without_asking(job)
        if told is not None:
            return told
        try:
            with self.read_unit() as unit:
                scene = read_scene(unit, job)
        except RefusedError as refused:
            if refused.result is Result.OUTCOME_UNKNOWN:
                return self._told(job, Verdict.CANNOT_BE_RETRIED, preflight.UNDECIDED)
            gone = refused.result is Result.UNKNOWN_APPOINTMENT
            return self._told(job, Verdict.APPOINTMENT_GONE if gone else Verdict.ACCOUNT_BROKEN)
        except KeyUnreadableError:
            return self._told(job, Verdict.ACCOUNT_BROKEN, preflight.KEY_UNREADABLE)
        is_moved = in_place_of is not None and in_place_of.starts_at != job.starts_at
        try:
            found = self.within(LONGEST, lambda: self._asked(scene, is_moved=is_moved))
        except TimeoutError:
            found = self._unanswered(job, RetryLater())
        except PostponedError as postponed:
            found = replace(self._unanswered(job, postponed.outcome), held_back=True)
        except CalendarError as error:
            found = self._unanswered(job, error.outcome)
        return replace(found, zone=zone_of(scene))

    def _without_asking(self, job: Job) -> Preflight | None:
        why = ""
        if job.status not in sources_of(Status.QUEUED):
            why = preflight.NOT_FINISHED[job.status]
        elif is_erased(job):
            why = preflight.ERASED
        elif self._is_superseded(job):
            why = preflight.SUPERSEDED
        if why:
            return self._told(job, Verdict.CANNOT_BE_RETRIED, why)
        return self._told(job, Verdict.TIME_PAST) if self._is_past(job) and job.submitted_at is None else None

    def _asked(self, scene: Scene, *, is_moved: bool) -> Preflight:
        job, now, sent_at = scene.job, self.clock(), scene.job.last_submission
        looking = ReconcileJob(calendar=self.calendar, clock=self.clock)
        booking: Booking | None = None
        if isinstance(job.command, Book):
            found = looking.look(scene) if sent_at is not None else None
        else:
            booking = looking.follow(scene, scene.subject)
            found = judged(scene, booking)
        if found is not None:
            return self._as_found(job, found)
        if booking is not None and booking.ends_at <= now:
            return self._told(job, Verdict.APPOINTMENT_GONE, preflight.OVER)
        if not _is_settled(scene, now, is_moved=is_moved):
            return self._told(job, Verdict.OUTCOME_UNKNOWN)
        if self._is_past(job):
            return self._told(job, Verdict.TIME_PAST)
        if _lacks_contact(scene):
            return self._told(job, Verdict.CONTACT_NEEDED)
        return self._of_time(scene, booking)

    def _as_found(self, job: Job, found: Outcome) -> Preflight:
        if isinstance(found, Succeeded):
            return replace(self._told(job, Verdict.ALREADY_DONE), found_at=found.booking.starts_at)
        called_off = isinstance(found, Failed) and found.result is Result.ALREADY_CANCELLED
        return self._told(job, Verdict.APPOINTMENT_GONE, preflight.CALLED_OFF if called_off else "")

    def _of_time(self, scene: Scene, booking: Booking | None) -> Preflight:
        job = scene.job
        if isinstance(job.command, Cancel):
            return self._useful(job)
        wanted, uid = job.command.starts_at, booking.uid if booking else ""
        start, end = around(wanted, self.clock())
        asked = self.calendar.openings(scene.access, scene.event_type.id, start, end, moving_uid=uid)
        openings = tuple(at for at in asked if at > self.clock())
        told = self._useful(job) if wanted in openings else self._told(job, Verdict.SLOT_GONE)
        return replace(told, openings=openings)

    def _useful(self, job: Job) -> Preflight:
        says = preflight.SENTENCES[Verdict.USEFUL]
        if job.final is not None and job.final.result in preflight.REFUSALS:
            says += " " + preflight.REFUSED_BEFORE.format(result=job.final.result.value.replace("_", " "))
        return self._told(job, Verdict.USEFUL, says)

    def _unanswered(self, job: Job, outcome: Outcome) -> Preflight:
        if isinstance(outcome, Failed) and outcome.result in BROKEN:
            return self._told(job, Verdict.ACCOUNT_BROKEN)
        wait = (outcome.wait or AGAIN_IN) if isinstance(outcome, RetryLater) else None
        return replace(self._told(job, Verdict.CANNOT_BE_CHECKED), wait=wait)

    def _told(self, job: Job, verdict: Verdict, says: str = "") -> Preflight:
        said = says or preflight.SENTENCES[verdict]
        return Preflight(job=job, verdict=verdict, says=said, checked_at=self.clock(), zone=job.zone)

    def _is_superseded(self, job: Job) -> bool:
        with self.read_unit() as unit:
            return is_superseded(unit, job)

    def _is_past(self, job: Job) -> bool:
        return job.starts_at is not None and job.starts_at <= self.clock()


def around(wanted: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Whole days (UTC) around the wanted time, so that jobs for the same days ask the same."""
    first = datetime.combine(max(wanted - preflight.AROUND, now).astimezone(UTC).date(), time(), UTC)
    return first, datetime.combine((wanted + preflight.AROUND).astimezone(UTC).date(), time(), UTC) + timedelta(days=1)


def _is_settled(scene: Scene, now: datetime, *, is_moved: bool) -> bool:
    """Nothing the job has sent may still be carried out. Where Cal.com refuses repeats that is believed sooner, but a
    booking at another time is no repeat: beside that one, a lost write that comes late would be a second.
    """
    job, full = scene.job, scene.account.settle_seconds
    sent = [(job.last_submission, scene.settle), (job.last_unanswered if is_moved else None, full)]
    return all(at is None or has_settled(submitted_at=at, now=now, settle=settle) for at, settle in sent)


def _lacks_contact(scene: Scene) -> bool:
    """It is sent as it is kept: an address that would be made up for it now is not in it yet."""
    command = scene.job.command
    if not isinstance(command, Book):
        return False
    try:
        return attendee_for(scene.agent.event_type, command.attendee, scene.agent.placeholder_email) != command.attendee
    except RefusedError:
        return True


def zone_of(scene: Scene) -> str:
    """In which the agent's people read times."""
    agent, account = scene.agent, scene.account
    return times.choose_zone(None, "", agent.time_zone, agent.event_type.time_zone or account.time_zone)
