"""Requests to book, each for a caller and a time of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from app.domain.directory import Agent
from tests.bench.load import post
from tests.bench.place import Site
from tests.support.stack import MANAGE

FIRST = timedelta(days=3)
numbers = count()
"""Of all bookings of this run: no two ask for one time, in whichever line."""


def bookings(site: Site, agents: Sequence[Agent], headers: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """One agent after the other, half an hour after half an hour."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + FIRST
    for number in numbers:
        agent, place = agents[number % len(agents)], number // len(agents)
        body = {
            "action": "book",
            "org_id": agent.org_id,
            "agent_id": agent.id,
            "name": f"Caller {number}",
            "email": f"caller{number}@example.com",
            "appointment_datetime": (begin + timedelta(minutes=30 * place)).isoformat(),
        }
        yield post(site.url + MANAGE, body, headers)
