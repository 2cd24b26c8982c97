"""Doorbell and publisher in one, for tests: what was rung and published is kept, and run when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.services.work_turns import WayBack


@dataclass
class Bells:
    """Doorbell and publisher that remember; a published job is run when the test says so."""

    rung: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    in_background: list[str] = field(default_factory=list)
    to_deliver: list[str] = field(default_factory=list)
    broker_is_up: bool = True
    at_wait: Callable[[], None] = lambda: None

    def ring(self, job_id: str) -> None:
        self.rung.append(job_id)

    def publish(self, job_id: str, *, background: bool = False) -> bool:
        if self.broker_is_up:
            self.published.append(job_id)
            self.in_background += [job_id] if background else []
        return self.broker_is_up

    def publish_delivery(self, delivery_id: str) -> bool:
        if self.broker_is_up:
            self.to_deliver.append(delivery_id)
        return self.broker_is_up

    @contextmanager
    def listening(self, _job_id: str, heard: Callable[[], None]) -> Iterator[None]:
        yield

    def way_back(self) -> WayBack:
        """Of a thread that is called as soon as it waits."""
        return RungAtOnce(self)


class RungAtOnce(WayBack):
    def __init__(self, bells: Bells) -> None:
        super().__init__(None)
        self._bells = bells

    def wait(self, seconds: float) -> bool:
        self._bells.at_wait()
        return True
