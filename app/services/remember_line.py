"""Remember for a moment on whose behalf an agent asks: a call makes several requests, and a burst makes hundreds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.ports import Clock
from app.services.connect_agent import Line

REMEMBERED_FOR = timedelta(seconds=1)
"""So long a change made by another process may go unseen; one made by this process is seen at once."""

MOST = 10_000


class RememberLine:
    """ConnectAgent, asked at most once a second for each agent. What it refuses is asked anew each time."""

    def __init__(self, *, connect_agent: Callable[[str, str], Line], clock: Clock) -> None:
        self._connect_agent = connect_agent
        self._clock = clock
        self._lines: dict[tuple[str, str], tuple[datetime, Line]] = {}

    def __call__(self, org_id: str, agent_id: str) -> Line:
        ids, now = (org_id, agent_id), self._clock()
        lines = self._lines  # `forget` puts another in its place, so that what was read before is not kept
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
        self._lines = {}
