"""What we know of a booking that Cal.com shows: which appointment it is, or which job of ours may have made it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from app.domain.appointments import Appointment, Booking
from app.domain.directory import Account
from app.domain.identifiers import new_notice_id
from app.domain.jobs import Job
from app.domain.notices import JOB_KEY, SWEPT, Notice, Told
from app.domain.stores import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`job` is read where no row has the uid: one that the booking itself names, in metadata that anybody may write."""

    booking: Booking
    appointment: Appointment | None = None
    job: Job | None = None

    @property
    def is_news(self) -> bool:
        """It is not as our row says, or one of our jobs looks for it."""
        booking, row = self.booking, self.appointment
        if row is None:
            return self.job is not None and self.job.submitted_at is not None
        if booking.uid != row.uid:
            return booking.uid not in row.uids
        told = (booking.status, booking.starts_at, booking.ends_at, booking.moved_to)
        return told != (row.status, row.starts_at, row.ends_at, "")

    def notice(self, account_id: str, now: datetime, *, seen: str) -> Notice:
        """As the hook would have told it. Once per state and `seen`: a difference that lasts is noted again later."""
        booking = self.booking
        state = f"{booking.uid} {booking.status} {booking.starts_at} {booking.moved_to} {seen}"
        told = Told(
            trigger=SWEPT,
            uid=booking.uid,
            former_uid=booking.moved_from,
            job_id=booking.metadata.get(JOB_KEY, ""),
        )
        return Notice(
            id=new_notice_id(),
            account_id=account_id,
            body_hash=hashlib.sha256(state.encode()).hexdigest(),
            told=told,
            received_at=now,
            next_attempt_at=now,
        )


def known_of(unit: UnitOfWork, account: Account, booking: Booking) -> Known:
    found = (unit.appointments.get(account.org_id, uid) for uid in (booking.uid, booking.moved_from) if uid)
    appointment = next((each for each in found if each and each.account_id == account.id), None)
    job = None if appointment else unit.jobs.get(booking.metadata.get(JOB_KEY, ""))
    return Known(
        booking=booking, appointment=appointment, job=job if job is not None and job.account_id == account.id else None
    )
