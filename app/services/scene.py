"""What a running job acts on, read in one short unit of work that is closed before Cal.com is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.answers import Result
from app.domain.appointments import Action, Appointment, Book, Cancel
from app.domain.directory import Access, Account, Agent
from app.domain.errors import RefusedError
from app.domain.event_types import EventType
from app.domain.jobs import Job
from app.domain.retry_policy import MAX_SUBMISSIONS
from app.domain.stores import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A claimed job with its agent, account and, unless it books a new one, its appointment.

    `event_type`: what the agent books or, where an appointment is changed, that one's own.
    """

    job: Job
    agent: Agent
    account: Account
    access: Access
    event_type: EventType
    appointment: Appointment | None = None

    @property
    def subject(self) -> Appointment:
        """The appointment to move or cancel; `read_scene` has made sure that there is one."""
        if self.appointment is None:
            raise LookupError(self.job.id)
        return self.appointment

    @property
    def settle(self) -> float:
        """Seconds after an unanswered write until "not found" means "not done".

        A cancel may be repeated sooner, for it changes nothing twice; its last try waits as long as the others.
        """
        settle = self.account.settle_seconds
        if self.event_type.refuses_repeats:
            settle = min(settle, SETTLE_WHERE_REPEATS_ARE_REFUSED)
        if isinstance(self.job.command, Cancel) and self.job.submissions < MAX_SUBMISSIONS[Action.CANCEL]:
            settle = min(settle, 2.0**self.job.submissions)
        return settle


SETTLE_WHERE_REPEATS_ARE_REFUSED = 30.0
"""Cal.com itself refuses the second of two equal bookings of one host, so that a shorter wait cannot double."""

UNKNOWN_SCHEDULING = "UNKNOWN"
"""In place of how an event type's hosts take turns."""


def read_scene(unit: UnitOfWork, job: Job) -> Scene:
    """Raises RefusedError where the job has nothing to act on any more, or nobody knows whether it has."""
    connected = unit.directory.agent_and_access(job.agent_id, job.account_id)
    if connected is None:
        raise RefusedError(Result.NOT_CONNECTED)
    agent, account, access = connected
    scene = Scene(job=job, agent=agent, account=account, access=access, event_type=agent.event_type)
    if isinstance(job.command, Book) and not job.submissions:  # nothing can have come of it yet
        return scene
    appointment = unit.appointments.get(job.org_id, job.appointment_id)
    if isinstance(job.command, Book):
        return replace(scene, appointment=appointment)
    if appointment is None:
        undecided = unit.jobs.is_undecided(job.org_id, job.calendar, job.appointment_id)
        raise RefusedError(Result.OUTCOME_UNKNOWN if undecided else Result.UNKNOWN_APPOINTMENT)
    event_type = agent.event_type
    if event_type.id != appointment.event_type_id:
        booked = {each.id: each for each in unit.directory.event_types(account)}
        event_type = booked.get(appointment.event_type_id) or _unbooked(appointment)
    return replace(scene, appointment=appointment, event_type=event_type)


def _unbooked(appointment: Appointment) -> EventType:
    """One that no agent books any more. Whether it has one host is not known: then only Cal.com knows what is free."""
    minutes = (appointment.ends_at - appointment.starts_at) // timedelta(minutes=1)
    return EventType(
        id=appointment.event_type_id, slug="", title="", length_minutes=minutes, scheduling=UNKNOWN_SCHEDULING
    )
