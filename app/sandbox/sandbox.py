"""The parts of one running stand-in, handed to every endpoint."""

from dataclasses import dataclass, field
from typing import Any

from app.sandbox.clock import Clock
from app.sandbox.faults import Faults
from app.sandbox.journal import Journal
from app.sandbox.latency import Latency
from app.sandbox.records import Booking
from app.sandbox.state import Store
from app.sandbox.throttle import Throttle
from app.sandbox.world import World


@dataclass
class Options:
    """Ways in which the stand-in may differ from the recorded server, each off by default."""

    unique: bool = True  # off: a server without any uniqueness, which books one slot twice
    slots_cache_seconds: float = 2.0
    rate_limit: int = 120
    rate_limit_enforced: bool = True
    webhook_timeout_seconds: float = 30.0


@dataclass
class Sandbox:
    world: World
    clock: Clock
    store: Store
    journal: Journal
    throttle: Throttle
    latency: Latency
    faults: Faults
    options: Options = field(default_factory=Options)
    slots_cache: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def ponder(self) -> None:
        """The time between looking and writing."""
        self.clock.sleep(self.latency.of_write())

    def known_bookings(self) -> list[Booking]:
        return list(self.store.bookings.values())
