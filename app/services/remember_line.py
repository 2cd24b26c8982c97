"""Remember on whose behalf an agent asks: a call makes several requests, and a burst makes hundreds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.connect_agent import Line

UNSEEN_FOR = timedelta(seconds=1)
"""So long a change made by another process may go unseen; one made by this process is seen at once."""

REMEMBERED_FOR = timedelta(seconds=30)
"""Until then a line is read again although nothing seems to have changed: processes of a version before revision 0013
of the database, still running while it is upgraded, do not count their changes."""

MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """Lines read while the directory had this revision."""

    revision: int
    lines: dict[tuple[str, str], tuple[datetime, Line]] = field(default_factory=dict)


class RememberLine:
    """ConnectAgent, asked again for an agent only when something in the directory has changed, which one look a second
    at its revision tells for all of them. What it refuses is asked anew each time.
    """

    def __init__(self, *, connect_agent: Callable[[str, str], Line], read_unit: OpenUnit, clock: Clock) -> None:
        self._connect_agent = connect_agent
        self._read_unit = read_unit
        self._clock = clock
        self._known = _Known(revision=-1)
        self._looked_at: datetime | None = None

    def __call__(self, org_id: str, agent_id: str) -> Line:
        ids, now = (org_id, agent_id), self._clock()
        if self._looked_at is None or abs(now - self._looked_at) >= UNSEEN_FOR:
            self._look(now)
        lines = self._known.lines  # of the revision before this line is read: one that is read later is newer at most
        known = lines.get(ids)
        if known is not None and abs(now - known[0]) < REMEMBERED_FOR:
            return known[1]
        line = self._connect_agent(org_id, agent_id)
        if len(lines) >= MOST:
            lines.clear()
        lines[ids] = now, line
        return line

    def forget(self) -> None:
        """An organization, an account or an agent was changed."""
        self._known = _Known(revision=-1)
        self._looked_at = None

    def _look(self, now: datetime) -> None:
        with self._read_unit() as unit:
            revision = unit.directory.revision()
        if revision != self._known.revision:
            self._known = _Known(revision)
        self._looked_at = now
