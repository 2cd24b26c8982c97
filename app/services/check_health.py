"""Say whether this service can take requests, and what is waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.errors import StoreUnavailableError
from app.domain.jobs import Status
from app.domain.ports import Clock
from app.domain.stores import OpenUnit

Probe = Callable[[], bool]
"""Whether a server answers: never raises, and says False after half a second at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Ready means: requests are accepted, that is, the database can be reached.

    With Redis down the service is degraded, not unready: it keeps accepting, every job is safe in its row, answers
    come later. `oldest_due_seconds` is how long the longest waiting due job has waited, None if none is due. `jobs`
    are those that have not ended, by status.
    """

    database: bool
    redis: bool
    oldest_due_seconds: float | None = None
    jobs: Mapping[Status, int] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return self.database

    @property
    def degraded(self) -> bool:
        return self.ready and not self.redis


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHealth:
    """Raises nothing: a database that cannot be reached is a finding."""

    read_unit: OpenUnit
    redis_answers: Probe
    clock: Clock

    def __call__(self) -> Health:
        redis = self.redis_answers()
        now = self.clock()
        try:
            with self.read_unit() as unit:
                counts = unit.jobs.open_counts()
                oldest = unit.jobs.oldest_due(now=now)
        except StoreUnavailableError:
            return Health(database=False, redis=redis)
        waited = None if oldest is None else max(0.0, (now - oldest).total_seconds())
        return Health(database=True, redis=redis, oldest_due_seconds=waited, jobs=counts)
