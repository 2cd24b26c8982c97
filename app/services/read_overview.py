"""Read what the first page of the desk shows: what needs a person, how jobs ended, and how everything stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.ports import Clock
from app.domain.slot_use import SlotUse, SlotUses
from app.domain.stores import OpenUnit
from app.services.find_concerns import Concern, find_concerns
from app.services.read_flow import Flow, Window, read_flow
from app.services.read_present import Present, Surroundings, read_present


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`slot_use` is None where Redis does not answer."""

    concerns: list[Concern]
    flow: Flow
    present: Present
    slot_use: SlotUse | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOverview:
    """Costs the same however many jobs there are. `queues`: those that some process has to take messages from.

    Raises StoreUnavailableError.
    """

    read_unit: OpenUnit
    surroundings: Surroundings
    uses: SlotUses
    queues: Collection[str]
    clock: Clock

    def __call__(self, window: Window) -> Overview:
        standings, living = self.surroundings()
        now = self.clock()
        with self.read_unit() as unit:
            flow = read_flow(unit, window, now)
            present = read_present(unit, now, standings, living)
        return Overview(
            concerns=find_concerns(present, self.queues),
            flow=flow,
            present=present,
            slot_use=None if living is None else self.uses.since(window.span, flow.since),
        )
