"""What a notice is about, read in one short unit of work that is closed before Cal.com is asked."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Result
from app.domain.appointments import Appointment
from app.domain.directory import Access, Account
from app.domain.event_types import EventType
from app.domain.jobs import Job
from app.domain.notices import Notice
from app.domain.stores import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`appointment` is None for a booking somebody else made. `under_way`: jobs that may have caused the notice.

    `undecided`: a job that gave up looking for the booking which Cal.com now shows.
    """

    account: Account
    access: Access
    event_types: list[EventType]
    appointment: Appointment | None
    under_way: list[str]
    undecided: str = ""


def read_case(unit: UnitOfWork, notice: Notice) -> Case | None:
    """None where there is nothing to ask Cal.com with any more. Raises KeyUnreadableError.

    The job a notice names only helps to find the appointment, whose own uid is then followed: a booking that merely
    claims to be ours changes nothing.
    """
    account = unit.directory.account(notice.account_id)
    access = unit.directory.access(notice.account_id)
    if account is None or access is None:
        return None
    job = _job(unit, notice)
    appointment = _appointment(unit, account, notice, job)
    about = appointment.id if appointment else job.appointment_id if job else ""
    return Case(
        account=account,
        access=access,
        event_types=unit.directory.event_types(account),
        appointment=appointment,
        under_way=unit.jobs.under_way_on(about) if about else [],
        undecided=job.id if job and job.final and job.final.result is Result.OUTCOME_UNKNOWN else "",
    )


def _job(unit: UnitOfWork, notice: Notice) -> Job | None:
    job = unit.jobs.get(notice.told.job_id) if notice.told.job_id else None
    return job if job and job.account_id == notice.account_id else None


def _appointment(unit: UnitOfWork, account: Account, notice: Notice, job: Job | None) -> Appointment | None:
    told = notice.told
    of_job = (job.final.appointment_id if job.final else "") or job.appointment_id if job else ""
    found = (unit.appointments.get(account.org_id, name) for name in (told.uid, told.former_uid, of_job) if name)
    return next((each for each in found if each and each.account_id == account.id), None)
