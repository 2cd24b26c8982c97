"""Tell which times are free: every one (availability) or a few that differ (suggest)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from app.domain import slots
from app.domain.answers import Answer, Result
from app.domain.appointments import Action
from app.domain.errors import CalendarError, PostponedError, RefusedError
from app.domain.outcomes import Failed, Outcome
from app.domain.ports import CalendarAt, Clock, SlotCache
from app.domain.stores import OpenUnit
from app.domain.traffic import Priority
from app.services.connect_agent import Line

Within = Callable[[float, Callable[[], list[datetime]]], list[datetime]]
"""Runs a look-up for at most so many seconds; raises TimeoutError while the look-up itself goes on behind."""

AROUND_WISH = timedelta(days=1)
"""How far behind a wished time other times are looked for, if it lies beyond the window."""

MARGIN = 0.1
"""Seconds kept of the caller's budget to write the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSlots:
    """Answers from the shared cache; asks Cal.com only what is missing, never for longer than the caller has."""

    read_unit: OpenUnit
    calendar_at: CalendarAt
    cache: SlotCache
    within: Within
    clock: Clock

    def __call__(
        self, line: Line, base: Answer, *, days_ahead: int, wanted: datetime | None, answer_by: datetime
    ) -> Answer:
        now = self.clock()
        start, end = slots.window(now, days_ahead)
        if base.action is Action.SUGGEST and wanted is not None:
            end = max(end, min(wanted + AROUND_WISH, slots.window(now, slots.MAX_DAYS)[1]))
        priority = Priority.SUGGEST if base.action is Action.SUGGEST else Priority.AVAILABILITY
        found = self._look(line, start, end, priority, answer_by)
        openings = slots.upcoming(found, self.clock())
        if base.action is Action.SUGGEST:
            openings = slots.suggest(openings, zone=base.zone, now=self.clock(), wanted=wanted)
        result = Result.OPENINGS if openings else Result.NO_OPENINGS
        return replace(base, result=result, openings=openings, days_ahead=days_ahead)

    def _look(
        self, line: Line, start: datetime, end: datetime, priority: Priority, answer_by: datetime
    ) -> list[datetime]:
        """What is known needs no thread of its own: handing it over takes as long as looking it up."""
        where = line.account.id, line.agent.event_type.id
        known = self.cache.known(*where, start, end, partial(self._load, Priority.REFRESH, *where))
        if known is not None:
            return known
        budget = max((answer_by - self.clock()).total_seconds() - MARGIN, MARGIN)
        try:
            return self.within(budget, lambda: self._openings(*where, start, end, priority))
        except TimeoutError:
            raise RefusedError(Result.UPSTREAM_DOWN) from None
        except PostponedError as postponed:
            raise RefusedError(Result.UPSTREAM_DOWN, retry_after=ceil(postponed.wait)) from postponed
        except CalendarError as error:
            raise RefusedError(refusal(error.outcome)) from error

    def _openings(
        self, account_id: str, event_type_id: int, start: datetime, end: datetime, priority: Priority
    ) -> list[datetime]:
        """Where nothing is kept that could be given out, the one request that is left asks for all days that anybody
        may want to know, and so serves whoever comes next.
        """
        where = account_id, event_type_id
        openings, refresh = partial(self.cache.openings, *where), partial(self._load, Priority.REFRESH, *where)
        try:
            return openings(start, end, partial(self._load, priority, *where), refresh=refresh)
        except PostponedError:
            last = max(end, slots.window(start, slots.MAX_DAYS)[1])
            found = openings(start, last, partial(self._load, Priority.MISSING, *where), refresh=refresh)
            return [opening for opening in found if opening < end]

    def _load(
        self, priority: Priority, account_id: str, event_type_id: int, start: datetime, end: datetime
    ) -> list[datetime]:
        with self.read_unit() as unit:
            access = unit.directory.access(account_id)
        if access is None:
            raise RefusedError(Result.NOT_CONNECTED)
        return self.calendar_at(priority).openings(access, event_type_id, start, end)


def refusal(outcome: Outcome) -> Result:
    """What a caller is told when a look at Cal.com ended so."""
    return outcome.result if isinstance(outcome, Failed) else Result.UPSTREAM_DOWN
