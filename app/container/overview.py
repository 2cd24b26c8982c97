"""What the first page of the desk shows."""

from __future__ import annotations

from app.container.adapters import Adapters
from app.services.read_overview import ReadOverview
from app.services.read_present import Surroundings
from config.queues import QueueName


def bind_overview(adapters: Adapters) -> ReadOverview:
    return ReadOverview(
        read_unit=adapters.search_unit,
        surroundings=Surroundings(read_traffic=adapters.read_traffic, signs=adapters.signs),
        uses=adapters.uses,
        queues=tuple(queue.value for queue in QueueName),
        clock=adapters.clock,
    )
