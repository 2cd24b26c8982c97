"""List the callers to call back, and say how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.domain.callbacks import CallbackFilter, ListedCallback
from app.domain.directory import Agent, Organization
from app.domain.paging import Place
from app.domain.stores import OpenUnit
from app.services.named import checked_uuid

MOST = 1000
"""Open ones are counted so far, and no further: more is too many in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPage:
    """One page of them, with whom they called by their ids, and where the next page begins; None on the last one."""

    rows: list[ListedCallback]
    agents: Mapping[str, Agent]
    organizations: Mapping[str, Organization]
    next_after: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCallbacks:
    """Raises RefusedError for what is no organization's id."""

    read_unit: OpenUnit

    def __call__(self, wanted: CallbackFilter) -> CallbackPage:
        org_id = checked_uuid(wanted.org_id, "org") if wanted.org_id else ""
        with self.read_unit() as unit:
            found = unit.callbacks.search(replace(wanted, org_id=org_id, limit=wanted.limit + 1))
            rows = found[: wanted.limit]
            agents = {name: unit.directory.agent(name) for name in {row.job.agent_id for row in rows}}
            organizations = {name: unit.directory.organization(name) for name in {row.job.org_id for row in rows}}
        return CallbackPage(
            rows=rows,
            agents={name: agent for name, agent in agents.items() if agent is not None},
            organizations={name: each for name, each in organizations.items() if each is not None},
            next_after=_place_of(rows[-1], wanted) if len(found) > wanted.limit else None,
        )


def _place_of(row: ListedCallback, wanted: CallbackFilter) -> Place:
    callback = row.callback
    at = callback.closed_at if wanted.closed else callback.created_at
    return Place(at=at or callback.created_at, id=callback.job_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCallbacks:
    """How many are open; MOST stands for that many or more."""

    read_unit: OpenUnit

    def __call__(self) -> int:
        with self.read_unit() as unit:
            return unit.callbacks.count_open(most=MOST)
