"""Doorbell and publisher in one, for tests: what was rung and published is kept, and run when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


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
    def listening(self, _job_id: str) -> Iterator[Bells]:
        yield self

    def wait(self, _timeout: float) -> bool:
        self.at_wait()
        return True
