"""What a change of one booking does to the free times of every event type that its account books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.domain.appointments import Booking
from app.domain.directory import Account, Agent, effective_account_id
from app.domain.directory_store import Directory
from app.domain.event_types import EventType
from app.domain.jobs import Job
from app.domain.ports import SlotCache
from app.services.scene import Scene


def event_types_beside(directory: Directory, account: Account, event_type: EventType) -> list[EventType]:
    """The others that its account books. It may be booked by an agent that has another account by now."""
    return [other for other in directory.event_types(account) if other.id != event_type.id]


def agents_of(directory: Directory, account: Account) -> list[Agent]:
    """Those that book with this account: by their own choice, or because it is their organization's primary one."""
    organization = directory.organization(account.org_id)
    if organization is None:
        return []
    agents = directory.agents(account.org_id)
    return [agent for agent in agents if effective_account_id(agent.account_id, organization) == account.id]


def forget_slots(
    cache: SlotCache, account: Account, event_types: Iterable[EventType], moments: Iterable[datetime | None]
) -> None:
    """Ask Cal.com again for the days around these times."""
    for event_type in event_types:
        for moment in moments:
            if moment is not None:
                cache.forget(account.id, event_type.id, moment)


def starts_within(event_type: EventType, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """From and until when an appointment would begin that runs into this time."""
    return starts_at - timedelta(minutes=event_type.length_minutes) + timedelta(seconds=1), ends_at


def reserve_slots(cache: SlotCache, job: Job, event_types: Iterable[EventType]) -> None:
    """The time that the job is to get is offered to nobody else, who would only be told in the end that it is gone."""
    if job.starts_at is not None and job.ends_at is not None:
        for event_type in event_types:
            if event_type.has_one_place:
                cache.reserve(job.account_id, event_type.id, *starts_within(event_type, job.starts_at, job.ends_at))


def release_slots(cache: SlotCache, job: Job, event_types: Iterable[EventType]) -> None:
    """The job did not get its time."""
    if job.starts_at is not None and job.ends_at is not None:
        for event_type in event_types:
            cache.release(job.account_id, event_type.id, *starts_within(event_type, job.starts_at, job.ends_at))


def take_slots(
    cache: SlotCache, account: Account, event_types: Iterable[EventType], starts_at: datetime, ends_at: datetime
) -> None:
    """A booking has this time. With seats, or hosts that take turns, others may still have it too."""
    for event_type in event_types:
        if event_type.has_one_place:
            cache.taken(account.id, event_type.id, *starts_within(event_type, starts_at, ends_at))


def free_slots(
    cache: SlotCache, account: Account, event_types: Iterable[EventType], starts_at: datetime, ends_at: datetime
) -> None:
    """A booking does not have this time any more."""
    for event_type in event_types:
        cache.freed(account.id, event_type.id, *starts_within(event_type, starts_at, ends_at))
        cache.forget(account.id, event_type.id, starts_at)


def follow_job(cache: SlotCache, scene: Scene, booking: Booking, event_types: Sequence[EventType]) -> None:
    """Our own write left this booking. Where another host may have got it, or others may join, only Cal.com knows."""
    former = scene.appointment
    if former is not None:
        free_slots(cache, scene.account, event_types, former.starts_at, former.ends_at)
    if booking.status.is_live:
        is_known = not scene.event_type.scheduling
        gone = [event_type for event_type in event_types if is_known and event_type.has_one_place]
        take_slots(cache, scene.account, gone, booking.starts_at, booking.ends_at)
        forget_slots(cache, scene.account, [each for each in event_types if each not in gone], (booking.starts_at,))
