"""Act on what Cal.com told: bring our appointment up to what Cal.com says now, and let waiting jobs look at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from app.domain.appointments import Appointment, Booking
from app.domain.errors import CalendarError, KeyUnreadableError, PostponedError
from app.domain.jobs import MAX_CRASHES
from app.domain.notices import LEASE, LIFE, Notice, pause_after
from app.domain.ports import Calendar, Clock, Publisher, SlotCache
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.follow_booking import Trail, follow_booking
from app.services.notice_case import Case, read_case
from app.services.shared_slots import forget_slots, free_slots, take_slots
from app.services.tell_change import tell_change

MAX_WAKES = 3
"""How often one notice has a job look at Cal.com ahead of its time: what the first look does not show is not there."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleNotice:
    """Does nothing for a notice that is done with, not due, or held by another worker.

    A notice says where to look and nothing else: what is written was read from Cal.com after it came. So notices may
    come twice, late, in any order, or from a sweep. Only what differs from our row is a change made in Cal.com itself;
    while a job of ours is under way it may be that job's doing, and the notice waits until the job is settled.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    cache: SlotCache
    publisher: Publisher
    clock: Clock

    def __call__(self, notice_id: str) -> None:
        notice = self._claim(notice_id)
        if notice is None:
            return
        if notice.crashes > MAX_CRASHES:
            self._give_up(notice)
            return
        try:
            self._handle(notice)
        except PostponedError as postponed:
            self._postpone(notice, timedelta(seconds=postponed.wait))
        except (CalendarError, KeyUnreadableError) as error:
            log.warning("notice_not_handled", notice_id=notice.id, account_id=notice.account_id, error=str(error))
            if self.clock() - notice.received_at > LIFE:
                self._give_up(notice)
            else:
                self._postpone(notice, pause_after(notice.attempts))

    def _claim(self, notice_id: str) -> Notice | None:
        now = self.clock()
        with self.open_unit() as unit:
            notice = unit.notices.claim(notice_id, now=now, lease_until=now + LEASE)
            unit.commit()
        return notice

    def _handle(self, notice: Notice) -> None:
        with self.read_unit() as unit:
            case = read_case(unit, notice)
        if case is None:
            self._finish(notice, "not_connected")
        elif case.under_way:
            self._wait_for(notice, case.under_way)
        elif case.appointment is None:
            self._pass_on(notice, case)
        elif notice.told.is_old_news(case.appointment):
            self._finish(notice, "known")
        else:
            trail = follow_booking(self.calendar, case.access, case.appointment.uid)
            self._bring_up(notice, case, case.appointment, trail)

    def _wait_for(self, notice: Notice, under_way: list[str]) -> None:
        """The jobs decide what came of their writes; those that only wait for their next look make it now."""
        now = self.clock()
        with self.open_unit() as unit:
            if not unit.notices.postpone(notice, at=now + pause_after(notice.attempts)):
                return
            may_wake = notice.attempts <= MAX_WAKES
            woken = [job_id for job_id in under_way if may_wake and unit.jobs.look_now(job_id, now=now)]
            unit.commit()
        for job_id in woken:
            log.info("job_woken", job_id=job_id, notice_id=notice.id)
            if not self.publisher.publish(job_id):
                self._mark_unpublished(job_id)

    def _mark_unpublished(self, job_id: str) -> None:
        with self.open_unit() as unit:
            unit.jobs.mark_unpublished(job_id)
            unit.commit()

    def _pass_on(self, notice: Notice, case: Case) -> None:
        """A booking somebody else made: its times are not taken from the notice, Cal.com is asked for them again."""
        told = notice.told
        forget_slots(self.cache, case.account, case.event_types, (told.starts_at, told.former_starts_at))
        if case.undecided:
            self._reopen(notice, case.undecided)
        else:
            self._finish(notice, "not_ours")

    def _reopen(self, notice: Notice, job_id: str) -> None:
        """The job may look once more; its time is over, so that it sends nothing again."""
        now = self.clock()
        with self.open_unit() as unit:
            if not unit.notices.finish(notice, now=now, outcome="reopened"):
                return
            unit.jobs.requeue(job_id, now=now, deadline_at=now)
            unit.commit()
        log.info("job_reopened", job_id=job_id, notice_id=notice.id)
        self.publisher.publish(job_id)

    def _bring_up(self, notice: Notice, case: Case, before: Appointment, trail: Trail) -> None:
        if trail.booking is None:
            self._finish(notice, "not_found")
            return
        after = brought_up(before, trail.booking, trail.uids)
        is_set_free = False
        with self.open_unit() as unit:
            if unit.jobs.under_way_on(before.id) or unit.appointments.get(before.org_id, before.id) != before:
                changed = unit.notices.postpone(notice, at=self.clock())  # what was read may be outdated: once more
            else:
                changed = self._record(unit, notice, before, after)
                is_set_free = after != before and before.status.is_live and not _stands_elsewhere(unit, case, before)
            if not changed:
                return
            unit.commit()
        if after != before:
            if is_set_free:
                free_slots(self.cache, case.account, case.event_types, before.starts_at, before.ends_at)
            elif before.status.is_live:
                forget_slots(self.cache, case.account, case.event_types, (before.starts_at,))
            forget_slots(self.cache, case.account, case.event_types, (after.starts_at,))
            if after.status.is_live:
                take_slots(self.cache, case.account, case.event_types, after.starts_at, after.ends_at)

    def _record(self, unit: UnitOfWork, notice: Notice, before: Appointment, after: Appointment) -> bool:
        if not unit.notices.finish(notice, now=self.clock(), outcome="known" if after == before else "updated"):
            return False
        if after != before:
            unit.appointments.save(after)
            unit.jobs.release_keys_of_appointment(after.id, keep="")
            tell_change(unit, before, after, now=self.clock())
            log.info("appointment_changed_in_calcom", appointment_id=after.id, status=after.status.value)
        return True

    def _finish(self, notice: Notice, outcome: str) -> None:
        with self.open_unit() as unit:
            unit.notices.finish(notice, now=self.clock(), outcome=outcome)
            unit.commit()

    def _give_up(self, notice: Notice) -> None:
        log.error("notice_given_up", notice_id=notice.id, account_id=notice.account_id, crashes=notice.crashes)
        self._finish(notice, "given_up")

    def _postpone(self, notice: Notice, pause: timedelta) -> None:
        with self.open_unit() as unit:
            unit.notices.postpone(notice, at=self.clock() + pause)
            unit.commit()


def brought_up(appointment: Appointment, booking: Booking, uids: tuple[str, ...]) -> Appointment:
    """The appointment as Cal.com has it, with every uid it was given on the way."""
    return replace(
        appointment,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        uids=(*appointment.uids, *(uid for uid in uids if uid not in appointment.uids)),
    )


def _stands_elsewhere(unit: UnitOfWork, case: Case, gone: Appointment) -> bool:
    """Another appointment of ours has its time by now: the notice may be late."""
    return any(
        unit.appointments.overlapping(
            case.account.id, each.id, starts_at=gone.starts_at, ends_at=gone.ends_at, but=gone.id
        )
        for each in case.event_types
    )
