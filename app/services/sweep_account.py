"""Look through an account's bookings for changes its hook did not tell, and note each as the hook would have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.answers import Result
from app.domain.appointments import Booking
from app.domain.errors import CalendarError, KeyUnreadableError, PostponedError
from app.domain.notices import KEY_UNREADABLE, Sweep
from app.domain.outcomes import Failed
from app.domain.ports import Calendar, Clock, NoticePublisher, SlotCache
from app.domain.stores import OpenUnit
from app.services.known_booking import known_of
from app.services.reconcile_job import CLOCKS_DIFFER
from app.services.shared_slots import forget_slots

LEASE = timedelta(seconds=120)
LONGEST_SPAN = timedelta(days=1)
"""Of one sweep. Halved with each failure in a row: too many changes at once for one list are one reason to fail."""

SHORTEST_SPAN = timedelta(minutes=1)
MOST_FAILURES = 12
LONGEST_PAUSE = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepAccount:
    """One listing by time of change (`afterUpdatedAt`), every `every`; does nothing where it is not the account's turn.

    The watermark moves only behind what was seen, and each sweep begins some minutes before it, for Cal.com's clock
    may be behind ours. What agrees with our rows, which is nearly all, costs nothing more.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar: Calendar
    cache: SlotCache
    publisher: NoticePublisher
    clock: Clock
    every: timedelta

    def __call__(self, account_id: str) -> None:
        now = self.clock()
        with self.open_unit() as unit:
            sweep = unit.sweeps.claim(account_id, now=now, lease_until=now + LEASE)
            unit.commit()
        if sweep is None:
            return
        until = min(now, sweep.swept_until + max(LONGEST_SPAN / 2**sweep.failures, SHORTEST_SPAN))
        try:
            found = self._changed(sweep, None if until == now else until)
        except PostponedError as postponed:
            self._end(sweep, sweep.failures, now + timedelta(seconds=postponed.wait), trouble=sweep.trouble)
        except (CalendarError, KeyUnreadableError) as error:
            log.warning("sweep_failed", account_id=account_id, error=str(error))
            pause = min(self.every * 2**sweep.failures, LONGEST_PAUSE)
            self._end(sweep, min(sweep.failures + 1, MOST_FAILURES), now + pause, trouble=_trouble(error))
        else:
            if found is None:
                self._end(sweep, 0, now + self.every)
            else:
                self._note(sweep, found, until, next_at=now + self.every if until == now else now)

    def _changed(self, sweep: Sweep, until: datetime | None) -> list[Booking] | None:
        """None while the account is disconnected: once it has a key again, the time in between is made up for."""
        with self.read_unit() as unit:
            access = unit.directory.access(sweep.account_id)
        if access is None:
            return None
        return self.calendar.bookings_changed_between(access, sweep.swept_until - CLOCKS_DIFFER, until)

    def _note(self, sweep: Sweep, found: list[Booking], until: datetime, *, next_at: datetime) -> None:
        """The notices and the watermark in one commit."""
        with self.open_unit() as unit:
            account = unit.directory.account(sweep.account_id)
            if account is None or not unit.sweeps.finish(sweep, swept_until=until, failures=0, next_at=next_at):
                return
            known = [known_of(unit, account, booking) for booking in found]
            seen, now = str(sweep.swept_until), self.clock()
            news = [each.notice(account.id, now, seen=seen) for each in known if each.is_news]
            noted = [notice for notice in news if unit.notices.add(notice)]
            event_types = unit.directory.event_types(account)
            unit.commit()
        strangers = [each.booking.starts_at for each in known if each.appointment is None]
        forget_slots(self.cache, account, event_types, strangers)
        for notice in noted:
            log.info("change_found_by_sweep", notice_id=notice.id, account_id=account.id)
            self.publisher.publish_notice(notice.id)

    def _end(self, sweep: Sweep, failures: int, next_at: datetime, *, trouble: str = "") -> None:
        with self.open_unit() as unit:
            unit.sweeps.finish(
                sweep, swept_until=sweep.swept_until, failures=failures, next_at=next_at, trouble=trouble
            )
            unit.commit()


def _trouble(error: CalendarError | KeyUnreadableError) -> str:
    if isinstance(error, KeyUnreadableError):
        return KEY_UNREADABLE
    outcome = error.outcome
    return (outcome.result if isinstance(outcome, Failed) else Result.UPSTREAM_DOWN).value
